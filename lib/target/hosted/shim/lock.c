// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks, RCU and reference counts of one thread, with what lockdep and their
 * debugging options would say.
 */
#include "libc.h"
#include "own.h"

struct shim_context shim_context;

static struct rcu_head *later; /* callbacks that wait for a grace period */

/* What kfree_rcu() frees, without a rcu_head of its own. */
struct freed_later {
	struct rcu_head head;
	void *p;
};

static void report_v(const char *format, va_list args)
{
	char text[256];

	vsnprintf(text, sizeof(text), format, args);
	if (shim_host.report)
		shim_host.report(text);
}

/**
 * shim_report() - tell whoever uses the library
 * @format: of one line
 */
void shim_report(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_v(format, args);
	va_end(args);
}

/**
 * shim_die() - end the process, as a kernel that panics would
 * @format: of one line
 */
void shim_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_v(format, args);
	va_end(args);
	abort();
}

/**
 * shim_report_lock() - report what does not hold
 * @what:  text
 * @where: caller
 */
void shim_report_lock(const char *what, const char *where)
{
	shim_report("lock: %s at %s", what, where);
}

/**
 * shim_deadlock() - end the process at a lock that will never be free
 * @where: caller
 */
void shim_deadlock(const char *where)
{
	shim_die("lock: deadlock at %s", where);
}

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	head->func = func;
	head->next = later;
	later = head;
}

static void free_it(struct rcu_head *head)
{
	struct freed_later *f = container_of(head, struct freed_later, head);

	kfree(f->p);
	free(f);
}

/**
 * shim_free_later() - kfree_rcu()
 * @p: allocated, or NULL
 */
void shim_free_later(void *p)
{
	struct freed_later *f;

	if (!p)
		return;
	f = calloc(1, sizeof(*f));
	if (!f)
		shim_die("out of memory");
	f->p = p;
	call_rcu(&f->head, free_it);
}

static void end_grace_period(void)
{
	while (later) {
		struct rcu_head *head = later;

		later = NULL;
		while (head) {
			struct rcu_head *next = head->next;

			head->func(head);
			head = next;
		}
	}
}

/**
 * shim_synchronize() - wait for readers, of which there can only be the caller
 * @where: caller
 */
void shim_synchronize(const char *where)
{
	shim_might_sleep(where);
	shim_assert(!shim_context.rcu, "waits for its own reader", where);
	end_grace_period();
}

/**
 * shim_quiesce() - an operation is complete
 * @in_guest: the processor is in a guest, as KVM enters it: without interrupts
 *
 * Reports what it has not ended, and ends grace periods.
 */
void shim_quiesce(bool in_guest)
{
	const struct shim_context *now = &shim_context;

	/* Member by member, as they were written: memcmp() would wait for them. */
	if (unlikely((now->preempt ^ in_guest) | (now->irqs_off ^ in_guest) | now->rcu | now->srcu |
		     now->locks)) {
		shim_report("lock: returns with preempt %d, irqs off %d, rcu %d, srcu %d, locks %d",
			    shim_context.preempt, shim_context.irqs_off, shim_context.rcu,
			    shim_context.srcu, shim_context.locks);
		shim_context = (struct shim_context){ .preempt = in_guest, .irqs_off = in_guest };
	}
	end_grace_period();
}

/**
 * shim_ref_get() - count one more
 * @r:     count
 * @where: caller
 */
void shim_ref_get(refcount_t *r, const char *where)
{
	if (unlikely(r->refs <= 0))
		shim_report("refcount: taken from %d at %s", r->refs, where);
	r->refs++;
}

/**
 * shim_ref_put() - count one less
 * @r:     count
 * @where: caller
 *
 * Return: whether it was the last.
 */
bool shim_ref_put(refcount_t *r, const char *where)
{
	if (unlikely(r->refs <= 0)) {
		shim_report("refcount: dropped from %d at %s", r->refs, where);
		return false;
	}
	return --r->refs == 0;
}

/**
 * shim_ref_put_lock() - count one less, and lock if it was the last
 * @r:     count
 * @lock:  taken with interrupts off
 * @flags: of spin_lock_irqsave()
 * @where: caller
 *
 * Return: whether it was the last.
 */
bool shim_ref_put_lock(refcount_t *r, spinlock_t *lock, unsigned long *flags, const char *where)
{
	if (r->refs > 1) {
		r->refs--;
		return false;
	}
	spin_lock_irqsave(lock, *flags);
	if (shim_ref_put(r, where))
		return true;
	spin_unlock_irqrestore(lock, *flags);
	return false;
}
