// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a VM of this target is saved, and another one made of it.
 */
#include "lib/target/hosted/hosted.h"

static void perform(void *machine, const struct op *op, struct op_result *res)
{
	hosted_perform_op(machine, op, res);
}

static void read_mem(void *machine, u64 at, void *to, size_t bytes)
{
	const struct hosted_machine *m = machine;

	(void)m->kernel->mem_read(m->vm, at, to, bytes);
}

static bool vcpu(void *machine, size_t i, struct migrate_vcpu *vcpu)
{
	const struct hosted_machine *m = machine;
	struct hosted_vcpu *v = i < m->nr_vcpus ? m->vcpu[i] : NULL;

	if (v)
		*vcpu = (struct migrate_vcpu){ .id = v->id,
					       .held = v->held,
					       .lists = v->runnable ? &v->lists : NULL };
	return v;
}

static struct guest_lists *prepare(void *machine, size_t i)
{
	struct hosted_vcpu *v = ((struct hosted_machine *)machine)->vcpu[i];

	v->runnable = true;
	return &v->lists;
}

static void renew(void *machine)
{
	hosted_close(machine);
	hosted_open(machine);
}

/**
 * hosted_migrate_port() - how to save a VM and to restore one
 * @m: the VM
 *
 * Return: the port.
 */
struct migrate_port hosted_migrate_port(struct hosted_machine *m)
{
	return (struct migrate_port){
		.state = { .vm = m, .perform = perform, .read_mem = m->has_mem ? read_mem : NULL },
		.vcpu = vcpu,
		.prepare = prepare,
		.renew = renew,
	};
}
