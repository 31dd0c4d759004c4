// SPDX-License-Identifier: GPL-2.0-only
/*
 * Saving the VM of a program and restoring it into a new one, with what its guests
 * remember, which is in memory that is no part of the language.
 */
#include "lib/target/migrate.h"

#include <string.h>

#include "lib/target/vgic_device.h"

_Static_assert(VMSTATE_MAX_ACKED == GUEST_MAX_ACKED && VMSTATE_MAX_ENDED == GUEST_MAX_ENDED,
	       "a state has room for what a guest remembers");

static void save_guests(const struct migrate_port *port, struct vmstate *s)
{
	struct migrate_vcpu v;

	for (size_t i = 0; port->vcpu(port->state.vm, i, &v); i++) {
		struct vmstate_guest *g = v.lists ? vmstate_add_guest(s, v.id) : NULL;

		if (!g)
			continue;
		g->nr_acked = v.lists->nr_acked;
		g->nr_ended = v.lists->nr_ended;
		memcpy(g->acked, v.lists->acked, g->nr_acked * sizeof(g->acked[0]));
		memcpy(g->ended, v.lists->ended, g->nr_ended * sizeof(g->ended[0]));
	}
}

static void restore_guests(const struct migrate_port *port, const struct vmstate *s)
{
	struct migrate_vcpu v;

	for (size_t i = 0; port->vcpu(port->state.vm, i, &v); i++) {
		const struct vmstate_guest *g = vmstate_guest_of(s, v.id);
		struct guest_lists *lists = g ? port->prepare(port->state.vm, i) : NULL;

		if (!lists)
			continue;
		lists->nr_acked = g->nr_acked;
		lists->nr_ended = g->nr_ended;
		memcpy(lists->acked, g->acked, sizeof(g->acked));
		memcpy(lists->ended, g->ended, sizeof(g->ended));
	}
}

/**
 * migrate_save() - save a VM
 * @port:    the VM, none of whose vCPUs is held
 * @h:       what made it
 * @order:   what is left out
 * @s:       receives the state, to be released by vmstate_free()
 * @failure: receives what failed
 *
 * Return: 0, or a negative errno.
 */
int migrate_save(const struct migrate_port *port, const struct vmstate_history *h,
		 enum migrate_order order, struct vmstate *s, struct vmstate_failure *failure)
{
	int ret = vmstate_save(&port->state, h, order, s, failure);

	if (!ret)
		save_guests(port, s);
	return ret;
}

/**
 * migrate_restore() - make a new VM what another one was
 * @port:    the new VM
 * @order:   in which
 * @s:       the state; its operations are put into this order
 * @failure: receives what failed
 *
 * Return: 0, or a negative errno.
 */
int migrate_restore(const struct migrate_port *port, enum migrate_order order, struct vmstate *s,
		    struct vmstate_failure *failure)
{
	int ret = vmstate_restore(&port->state, s, order, failure);

	restore_guests(port, s);
	return ret;
}

/**
 * migrate_begin() - what comes before the operations of a part
 * @port: a new VM
 * @h:    receives what made it
 * @part: with the state that it is restored from, if any
 *
 * Return: 0, or a negative errno.
 */
int migrate_begin(const struct migrate_port *port, struct vmstate_history *h,
		  struct target_part *part)
{
	const struct op_result done = { .status = OP_DONE };
	int ret;

	if (!part->from)
		return 0;
	part->failed = "restored";
	ret = migrate_restore(port, MIGRATE_DOCUMENTED, part->from, &part->failure);
	for (size_t i = 0; !ret && i < part->from->prog.nr_ops; i++)
		vmstate_note(h, &part->from->prog.op[i], &done);
	if (ret || !part->again)
		return ret;
	part->failed = "saved again";
	return migrate_save(port, h, MIGRATE_DOCUMENTED, part->again, &part->failure);
}

/**
 * migrate_end() - what comes after them
 * @port: the VM
 * @h:    what made it
 * @part: receives the state, if it is asked for
 *
 * Return: 0, or a negative errno.
 */
int migrate_end(const struct migrate_port *port, const struct vmstate_history *h,
		struct target_part *part)
{
	part->failed = "saved";
	return part->to ? migrate_save(port, h, MIGRATE_DOCUMENTED, part->to, &part->failure) : 0;
}

static bool any_held(const struct migrate_port *port)
{
	struct migrate_vcpu v;

	for (size_t i = 0; port->vcpu(port->state.vm, i, &v); i++) {
		if (v.held)
			return true;
	}
	return false;
}

/**
 * migrate_perform() - perform OP_MIGRATE
 * @port:  the VM; after it the new one, unless it could not be saved
 * @h:     what made it
 * @order: of saving and restoring
 * @res:   receives the outcome
 */
void migrate_perform(const struct migrate_port *port, const struct vmstate_history *h,
		     enum migrate_order order, struct op_result *res)
{
	struct vmstate_failure failure;
	struct vmstate s;
	int ret;

	res->status = OP_NO_OBJECT;
	if (any_held(port))
		return;
	ret = migrate_save(port, h, order, &s, &failure);
	if (!ret) {
		port->renew(port->state.vm);
		ret = migrate_restore(port, order, &s, &failure);
		vmstate_free(&s);
	}
	vgic_result(res, ret);
}
