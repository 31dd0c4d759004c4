// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a VM of this target is saved, and another one made of it.
 */
#include "lib/target/kvm/vm.h"

static void perform(void *vm, const struct op *op, struct op_result *res)
{
	perform_op(vm, op, res);
}

static void read_mem(void *vm, u64 at, void *to, size_t bytes)
{
	memcpy(to, ((const struct target_vm *)vm)->mem + (at - PROG_MEM_BASE), bytes);
}

static bool vcpu(void *of, size_t i, struct migrate_vcpu *vcpu)
{
	const struct target_vm *vm = of;
	const struct target_vcpu *v = i < vm->nr_vcpus ? vm->vcpu[i] : NULL;

	if (v)
		*vcpu = (struct migrate_vcpu){ .id = v->kvm.id,
					       .held = v->held,
					       .lists =
						       v->runnable ? guest_lists_of(vm, v) : NULL };
	return v;
}

/* Its registers are those of a guest that begins: between entries they hold nothing else. */
static struct guest_lists *prepare(void *of, size_t i)
{
	struct target_vm *vm = of;

	return guest_prepare(vm, vm->vcpu[i]) ? NULL : guest_lists_of(vm, vm->vcpu[i]);
}

static void renew(void *vm)
{
	vm_close(vm);
	vm_open(vm);
}

/**
 * vm_migrate_port() - how to save a VM and to restore one
 * @vm: the VM
 *
 * Return: the port.
 */
struct migrate_port vm_migrate_port(struct target_vm *vm)
{
	return (struct migrate_port){
		.state = { .vm = vm,
			   .perform = perform,
			   .read_mem = vm->mem ? read_mem : NULL,
			   .has_mp_state = true },
		.vcpu = vcpu,
		.prepare = prepare,
		.renew = renew,
	};
}
