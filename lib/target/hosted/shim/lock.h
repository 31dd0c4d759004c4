/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks, interrupts, RCU and reference counts of one thread: nothing ever waits,
 * so whatever would have to is a mistake, and reported.
 */
#ifndef SHIM_LOCK_H
#define SHIM_LOCK_H

/* How deep the thread is in contexts that must not sleep, or must end. */
struct shim_context {
	int preempt, irqs_off, rcu, srcu;
	int locks; /* held, of any kind */
};

extern struct shim_context shim_context;

struct shim_lock {
	bool held;
};

typedef struct shim_lock spinlock_t, raw_spinlock_t, rwlock_t;

struct mutex {
	bool held;
};

struct rw_semaphore {
	struct mutex mutex;
};

struct lock_class_key {
};

struct lockdep_map {
};

/* What is wrong is reported with the caller's line. */
void shim_report_lock(const char *what, const char *where);
void shim_deadlock(const char *where) __attribute__((noreturn));

static inline void shim_assert(bool holds, const char *what, const char *where)
{
	if (unlikely(!holds))
		shim_report_lock(what, where);
}

static inline void shim_might_sleep(const char *where)
{
	shim_assert(!(shim_context.preempt | shim_context.irqs_off | shim_context.rcu),
		    "sleeps in atomic context", where);
}

static inline void shim_irqs_off(void)
{
	shim_context.irqs_off++;
}

static inline void shim_irqs_on(const char *where)
{
	shim_assert(shim_context.irqs_off > 0, "interrupts are on already", where);
	if (likely(shim_context.irqs_off > 0))
		shim_context.irqs_off--;
}

/* One that is held can only be held by this thread, which would wait for itself. */
static inline void shim_spin_lock(struct shim_lock *lock, const char *where)
{
	if (unlikely(lock->held))
		shim_deadlock(where);
	lock->held = true;
	shim_context.locks++;
	shim_context.preempt++;
}

static inline bool shim_spin_trylock(struct shim_lock *lock)
{
	if (lock->held)
		return false;
	shim_spin_lock(lock, "");
	return true;
}

static inline void shim_spin_unlock(struct shim_lock *lock, const char *where)
{
	shim_assert(lock->held, "unlocked without being held", where);
	if (!lock->held)
		return;
	lock->held = false;
	shim_context.locks--;
	shim_context.preempt--;
}

static inline void shim_mutex_lock(struct mutex *mutex, const char *where)
{
	shim_might_sleep(where);
	if (unlikely(mutex->held))
		shim_deadlock(where);
	mutex->held = true;
	shim_context.locks++;
}

static inline bool shim_mutex_trylock(struct mutex *mutex)
{
	if (mutex->held)
		return false;
	mutex->held = true;
	shim_context.locks++;
	return true;
}

static inline void shim_mutex_unlock(struct mutex *mutex, const char *where)
{
	shim_assert(mutex->held, "unlocked without being held", where);
	if (!mutex->held)
		return;
	mutex->held = false;
	shim_context.locks--;
}

#define HERE __FILE__ ":" __stringify(__LINE__)

#define might_sleep() shim_might_sleep(HERE)
#define might_fault() shim_might_sleep(HERE)
#define cond_resched() ((void)0)
#define in_atomic() (shim_context.preempt > 0)
#define preemptible() (!shim_context.preempt && !shim_context.irqs_off)
#define preempt_disable() ((void)shim_context.preempt++)
#define preempt_enable() ((void)shim_context.preempt--)
#define irqs_disabled() (shim_context.irqs_off > 0)
#define local_irq_disable() shim_irqs_off()
#define local_irq_enable() shim_irqs_on(HERE)
#define local_irq_save(flags) ((flags) = 0, shim_irqs_off())
#define local_irq_restore(flags) ((void)(flags), shim_irqs_on(HERE))
#define get_cpu() (preempt_disable(), 0)
#define put_cpu() preempt_enable()

#define __SPIN_LOCK_UNLOCKED(x) \
	{                       \
		0               \
	}
#define DEFINE_SPINLOCK(x) spinlock_t x
#define DEFINE_RAW_SPINLOCK(x) raw_spinlock_t x
#define DEFINE_MUTEX(x) struct mutex x
#define spin_lock_init(l) (*(l) = (spinlock_t){ 0 })
#define spin_lock(l) shim_spin_lock(l, HERE)
#define spin_unlock(l) shim_spin_unlock(l, HERE)
#define spin_trylock(l) shim_spin_trylock(l)
#define spin_lock_irq(l) (shim_irqs_off(), spin_lock(l))
#define spin_unlock_irq(l) (spin_unlock(l), shim_irqs_on(HERE))
#define spin_lock_irqsave(l, flags) ((flags) = 0, spin_lock_irq(l))
#define spin_unlock_irqrestore(l, flags) ((void)(flags), spin_unlock_irq(l))
#define spin_lock_bh spin_lock
#define spin_unlock_bh spin_unlock
#define spin_is_locked(l) ((l)->held)
#define raw_spin_lock_init spin_lock_init
#define raw_spin_lock spin_lock
#define raw_spin_lock_nested(l, subclass) spin_lock(l)
#define raw_spin_unlock spin_unlock
#define raw_spin_trylock spin_trylock
#define _raw_spin_unlock spin_unlock
#define raw_spin_lock_irq spin_lock_irq
#define raw_spin_unlock_irq spin_unlock_irq
#define raw_spin_lock_irqsave spin_lock_irqsave
#define raw_spin_unlock_irqrestore spin_unlock_irqrestore
#define SINGLE_DEPTH_NESTING 1
#define mutex_init(m) (*(m) = (struct mutex){ 0 })
#define mutex_destroy(m) shim_assert(!(m)->held, "a mutex is destroyed that is held", HERE)
#define mutex_lock(m) shim_mutex_lock(m, HERE)
#define mutex_lock_nested(m, subclass) mutex_lock(m)
#define mutex_lock_killable(m) (mutex_lock(m), 0)
#define mutex_lock_killable_nest_lock(m, outer) (lockdep_assert_held(outer), mutex_lock_killable(m))
#define mutex_trylock_nest_lock(m, outer) (lockdep_assert_held(outer), mutex_trylock(m))
#define mutex_trylock(m) shim_mutex_trylock(m)
#define mutex_unlock(m) shim_mutex_unlock(m, HERE)
#define mutex_is_locked(m) ((m)->held)

#define lockdep_is_held(l) ((l)->held)
#define lockdep_assert_held(l) shim_assert((l)->held, "not held: " #l, HERE)
#define lockdep_assert_not_held(l) shim_assert(!(l)->held, "held: " #l, HERE)
#define lockdep_assert_once(cond) shim_assert(cond, #cond, HERE)
#define lockdep_assert_irqs_disabled() shim_assert(irqs_disabled(), "interrupts are on", HERE)
#define lockdep_assert_in_rcu_read_lock() shim_assert(shim_context.rcu, "no RCU reader", HERE)
#define LOCKDEP_STILL_OK 0
#define debug_locks 1

/* RCU: what is given up is freed by shim_quiesce(), when nobody reads. */
struct callback_head {
	struct callback_head *next;
	void (*func)(struct callback_head *head);
};
#define rcu_head callback_head
typedef void (*rcu_callback_t)(struct rcu_head *head);

void call_rcu(struct rcu_head *head, rcu_callback_t func);
void shim_free_later(void *p);
void shim_synchronize(const char *where);

static inline void shim_rcu_lock(void)
{
	shim_context.rcu++;
}

static inline void shim_rcu_unlock(const char *where)
{
	shim_assert(shim_context.rcu > 0, "no RCU reader", where);
	if (likely(shim_context.rcu > 0))
		shim_context.rcu--;
}

#define rcu_read_lock() shim_rcu_lock()
#define rcu_read_unlock() shim_rcu_unlock(HERE)
#define rcu_read_lock_held() (shim_context.rcu > 0)
#define rcu_dereference(p) READ_ONCE(p)
#define rcu_dereference_check(p, c)                                                           \
	({                                                                                    \
		shim_assert((c) || shim_context.rcu || shim_context.srcu, "no reader", HERE); \
		READ_ONCE(p);                                                                 \
	})
#define rcu_dereference_protected(p, c)   \
	({                                \
		shim_assert(c, #c, HERE); \
		(p);                      \
	})
#define rcu_dereference_raw(p) READ_ONCE(p)
#define rcu_access_pointer(p) READ_ONCE(p)
#define rcu_assign_pointer(p, v) WRITE_ONCE(p, v)
#define RCU_INIT_POINTER(p, v) WRITE_ONCE(p, v)
#define list_for_each_entry_rcu(pos, head, member, ...) list_for_each_entry(pos, head, member)
#define list_add_rcu list_add
#define list_del_rcu list_del
#define kfree_rcu(p, member) shim_free_later(p)
#define kfree_rcu_mightsleep(p) (might_sleep(), shim_free_later(p))
#define synchronize_rcu() shim_synchronize(HERE)
#define rcu_barrier() shim_synchronize(HERE)

struct srcu_struct {
	int depth;
};

#define init_srcu_struct(s) ((s)->depth = 0)
#define srcu_read_lock(s) ((s)->depth++, ++shim_context.srcu)
#define srcu_read_unlock(s, idx) ((void)(idx), (s)->depth--, (void)shim_context.srcu--)
#define srcu_read_lock_held(s) ((s)->depth > 0)
#define srcu_dereference(p, s) rcu_dereference_check(p, srcu_read_lock_held(s))
#define srcu_dereference_check(p, s, c) rcu_dereference_check(p, (c) || srcu_read_lock_held(s))
#define synchronize_srcu(s) \
	(shim_assert(!(s)->depth, "waits for its own reader", HERE), shim_synchronize(HERE))
#define synchronize_srcu_expedited synchronize_srcu

/* Counts: they neither fall below zero nor come back from there. */
typedef struct {
	int counter;
} atomic_t;
typedef struct {
	s64 counter;
} atomic64_t;
typedef atomic64_t atomic_long_t;

#define ATOMIC_INIT(i) \
	{              \
		(i)    \
	}
#define atomic_read(v) READ_ONCE((v)->counter)
#define atomic_read_acquire atomic_read
#define atomic_set(v, i) WRITE_ONCE((v)->counter, i)
#define atomic_set_release atomic_set
#define atomic_inc(v) ((void)(v)->counter++)
#define atomic_dec(v) ((void)(v)->counter--)
#define atomic_add(i, v) ((void)((v)->counter += (i)))
#define atomic_sub(i, v) ((void)((v)->counter -= (i)))
#define atomic_inc_return(v) (++(v)->counter)
#define atomic_dec_return(v) (--(v)->counter)
#define atomic_fetch_inc(v) ((v)->counter++)
#define atomic_dec_if_positive(v) ((v)->counter > 0 ? --(v)->counter : (v)->counter - 1)
#define atomic_dec_and_test(v) (--(v)->counter == 0)
#define atomic_cmpxchg(v, old, new) shim_cmpxchg(&(v)->counter, old, new)
#define atomic_cmpxchg_relaxed atomic_cmpxchg
#define atomic_cmpxchg_acquire atomic_cmpxchg
#define atomic_cmpxchg_release atomic_cmpxchg
#define atomic64_read atomic_read
#define atomic64_set atomic_set
#define atomic64_inc atomic_inc
#define atomic_inc_not_zero(v) ((v)->counter ? ((v)->counter++, true) : false)
#define cmpxchg(p, old, new) shim_cmpxchg(p, old, new)
#define cmpxchg64 cmpxchg
#define xchg(p, new)                           \
	({                                     \
		__typeof__(*(p)) __was = *(p); \
		*(p) = (new);                  \
		__was;                         \
	})
#define shim_cmpxchg(p, old, new)              \
	({                                     \
		__typeof__(*(p)) __was = *(p); \
		if (__was == (old))            \
			*(p) = (new);          \
		__was;                         \
	})
#define try_cmpxchg(p, oldp, new)              \
	({                                     \
		bool __same = *(p) == *(oldp); \
		if (__same)                    \
			*(p) = (new);          \
		else                           \
			*(oldp) = *(p);        \
		__same;                        \
	})

typedef struct refcount_struct {
	int refs;
} refcount_t;

#define REFCOUNT_INIT(n) \
	{                \
		n        \
	}
void shim_ref_get(refcount_t *r, const char *where);
bool shim_ref_put(refcount_t *r, const char *where);
#define refcount_set(r, n) ((r)->refs = (n))
#define refcount_read(r) ((unsigned int)(r)->refs)
#define refcount_inc(r) shim_ref_get(r, HERE)
#define refcount_dec_and_test(r) shim_ref_put(r, HERE)
#define refcount_dec_and_lock_irqsave(r, l, flags) shim_ref_put_lock(r, l, flags, HERE)
bool shim_ref_put_lock(refcount_t *r, spinlock_t *lock, unsigned long *flags, const char *where);
#define refcount_inc_not_zero(r) ((r)->refs ? (shim_ref_get(r, HERE), true) : false)

struct kref {
	refcount_t refcount;
};
#define KREF_INIT(n)                         \
	{                                    \
		.refcount = REFCOUNT_INIT(n) \
	}
#define kref_init(k) refcount_set(&(k)->refcount, 1)
#define kref_read(k) refcount_read(&(k)->refcount)
#define kref_get(k) refcount_inc(&(k)->refcount)
#define kref_get_unless_zero(k) refcount_inc_not_zero(&(k)->refcount)
#define kref_put(k, release) (refcount_dec_and_test(&(k)->refcount) ? ((release)(k), 1) : 0)

struct wait_queue_head {
};
typedef struct wait_queue_head wait_queue_head_t;
struct rcuwait {
};
struct completion {
};

/* Branches that the kernel patches. */
struct static_key {
	int enabled;
};
struct static_key_false {
	struct static_key key;
};
struct static_key_true {
	struct static_key key;
};
#define STATIC_KEY_FALSE_INIT \
	{                     \
		{             \
			0     \
		}             \
	}
#define DEFINE_STATIC_KEY_FALSE(x) struct static_key_false x = STATIC_KEY_FALSE_INIT
#define DECLARE_STATIC_KEY_FALSE(x) extern struct static_key_false x
#define static_branch_enable(x) ((x)->key.enabled = 1)
#define static_branch_unlikely(x) ((x)->key.enabled)
#define static_branch_likely(x) ((x)->key.enabled)

#endif /* SHIM_LOCK_H */
