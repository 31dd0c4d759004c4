# SPDX-License-Identifier: GPL-2.0-only
#
# The makefile of vgicheck: `make help` says what it offers. Nothing is written
# outside $(O) and the cache folder. Three variants of the portable code
# are built from one rule: host/, san/ (with sanitizers, for the tests) and
# arm64/ (static, with KVM and guest code, what the QEMU machine boots).

include files.mk

O ?= build
KSRC ?=
ARGS ?=

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# make has a CC of its own, so that ?= would do nothing.
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin AR),default)
AR := ar
endif

HOST_ARCH := $(shell uname -m)
ifeq ($(HOST_ARCH),aarch64)
ARM64_CC := $(CROSS_COMPILE)$(CC)
ARM64_AR := $(CROSS_COMPILE)$(AR)
else
CROSS_COMPILE ?= aarch64-linux-gnu-
ARM64_CC := $(CROSS_COMPILE)gcc
ARM64_AR := $(CROSS_COMPILE)ar
endif

# Some shells export the name of this machine by it: only the user means a host.
ifneq ($(origin HOST),command line)
override HOST :=
endif

# How commands are shown: V=1 in full, else a word and the file; nothing with -s.
V ?= 0
ifeq ($(V),1)
Q :=
say = @:
else
Q := @
ifneq ($(findstring s,$(firstword -$(filter-out --%,$(MAKEFLAGS)))),)
say = @:
else
say = @printf '  %-7s %s\n' '$(1)' '$(2)'
endif
endif

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef \
	-Wwrite-strings -Wimplicit-fallthrough
ifneq ($(CI),)
WARNINGS += -Werror
endif

# CFLAGS and LDFLAGS are the user's: they come last and may undo ours.
CFLAGS ?= -O2 -g
base_cflags := -std=gnu11 -D_GNU_SOURCE -DVGICHECK_SRCDIR='"$(CURDIR)"' -I. $(WARNINGS)
sanitize = $(if $(1),-fsanitize=$(1) -fno-omit-frame-pointer -fno-sanitize-recover=all)
host_cflags := $(base_cflags) $(call sanitize,$(SAN))
comma := ,
san_cflags := $(base_cflags) $(call sanitize,address$(comma)undefined)
# Edges are counted, which leads the fuzzer to new ones.
FUZZ_CC ?= clang
AFL_CC ?= afl-clang-fast
fuzz_cflags := $(base_cflags) $(call sanitize,fuzzer-no-link$(comma)address$(comma)undefined)
afl_cflags := $(base_cflags) $(call sanitize,address$(comma)undefined)
# What afl-fuzz loads is not instrumented.
pic_cflags := $(base_cflags) -fPIC
# kvm_util runs functions of the program in the guest at the addresses they have.
arm64_cflags := $(base_cflags) -DVGICHECK_HAVE_KVM -DVGICHECK_STATIC -fno-PIE

# Fit to run anywhere a copy is mapped: no data, no floating point, no GOT.
guest_cflags := -ffreestanding -mgeneral-regs-only -mcmodel=tiny -fno-stack-protector \
	-fno-builtin -fno-jump-tables -mno-outline-atomics -fno-pie -fno-asynchronous-unwind-tables

KVM_UTIL := $(O)/arm64/kvm_util
export KVM_UTIL_CFLAGS := @$(KVM_UTIL)/cflags
export KSRC KERNEL KERNEL_DEBUG APPEND HOST GIC SMP MEM TIMEOUT PARALLEL TARGET O CC CROSS_COMPILE

# The event engine's ring.
URING := $(O)/arm64/liburing
event_libs := -luring

portable := $(LIB_SRCS) $(EVENT_SRCS) $(VM_SRCS)
objects = $(patsubst %,$(O)/$(1)/%.o,$(basename $(2)))
host_objs := $(call objects,host,$(portable) $(HARNESS_SRCS))
arm64_objs := $(call objects,arm64,$(portable) $(HARNESS_SRCS) $(KVM_SRCS) $(GUEST_SRCS))
tests := $(patsubst %.c,$(O)/host/%,$(TEST_SRCS)) $(patsubst %.c,$(O)/san/%,$(TEST_SRCS))
check_scripts := $(sort $(wildcard tests/check-*.sh))

TIME ?= 60
ENGINE ?= libfuzzer
fuzz: TARGET := $(or $(TARGET),model)

.PHONY: all
all: $(O)/vgicheck $(O)/arm64/vgicheck ## build vgicheck, for this machine and for arm64

# variant(name, compiler, flags): how its objects are made. The flags are kept in
# a file, so that objects of other flags are made again.
define variant
$(O)/$(1)/flags: FORCE
	$$(Q)mkdir -p $$(@D)
	$$(Q)echo '$(2) $(subst ','\'',$(3) $(CFLAGS))' | cmp -s - $$@ || \
		echo '$(2) $(subst ','\'',$(3) $(CFLAGS))' >$$@

$(O)/$(1)/%.o: %.c $(O)/$(1)/flags
	$$(call say,CC,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(2) -MMD -MP $(3) $$(strict) $$(extra_cflags) $(CFLAGS) -c $$< -o $$@
	$$(if $(C),$$(Q)sparse -Wbitwise -Wno-decl $(filter -D% -I%,$(3)) $$<)

$(O)/$(1)/%.o: %.S $(O)/$(1)/flags
	$$(call say,AS,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(2) -MMD -MP $(3) $$(extra_cflags) $(CFLAGS) -c $$< -o $$@
endef

strict = $(if $(filter lib/regs/% lib/model/% lib/prog/%,$<),-Wconversion)

.PHONY: FORCE
$(eval $(call variant,host,$(CC),$(host_cflags)))
$(eval $(call variant,san,$(CC),$(san_cflags)))
$(eval $(call variant,fuzz,$(FUZZ_CC),$(fuzz_cflags)))
$(eval $(call variant,afl,AFL_QUIET=1 $(AFL_CC),$(afl_cflags)))
$(eval $(call variant,pic,$(CC),$(pic_cflags)))
$(eval $(call variant,arm64,$(ARM64_CC),$(arm64_cflags)))

# On arm64 the full build is the one for this machine too.
ifeq ($(HOST_ARCH),aarch64)
$(O)/vgicheck: $(O)/arm64/vgicheck
	$(call say,LN,$@)
	$(Q)ln -sf arm64/vgicheck $@
else
$(O)/vgicheck: $(host_objs)
	$(call say,LD,$@)
	$(Q)$(CC) $(host_cflags) $(CFLAGS) $(host_objs) $(event_libs) $(LDFLAGS) -o $@
endif

# Static, because it is the only file of the QEMU machine.
$(O)/arm64/vgicheck: $(arm64_objs) $(KVM_UTIL)/libkvm_util.a
	$(call say,LD,$@)
	$(Q)$(ARM64_CC) $(arm64_cflags) $(CFLAGS) -static -no-pie -pthread -Wl,--wrap=ioctl \
		$(arm64_objs) $(KVM_UTIL)/libkvm_util.a @$(URING)/libs $(LDFLAGS) -o $@

# The kernel tree in use; the file changes only if the answer does.
$(O)/arm64/ksrc: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)ci/kernel/source.sh >$@.new
	$(Q)cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(KVM_UTIL)/libkvm_util.a: $(O)/arm64/ksrc ci/kernel/kvm_util.sh
	$(call say,KVMUTIL,$@)
	$(Q)ci/kernel/kvm_util.sh "$$(cat $<)" $(@D) '$(ARM64_CC)' '$(ARM64_AR)'

# The folder of liburing in use; the files change only if the answer does.
$(URING)/cflags: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)dir=$$(ci/kernel/liburing.sh) && echo "-isystem \"$$dir/include\"" >$@.new && \
		echo "-L\"$$dir/lib\" -luring" >$(@D)/libs
	$(Q)cmp -s $@.new $@ && rm $@.new || mv $@.new $@

event_objs := $(call objects,arm64,$(EVENT_SRCS))
$(event_objs): extra_cflags = @$(URING)/cflags
$(event_objs): $(URING)/cflags

kvm_objs := $(call objects,arm64,$(KVM_SRCS))
$(kvm_objs): extra_cflags = @$(KVM_UTIL)/cflags
$(kvm_objs): $(KVM_UTIL)/libkvm_util.a
$(call objects,arm64,$(GUEST_SRCS)): extra_cflags = $(guest_cflags)

# Tests take what they need out of an archive of the portable parts.
define test_variant
$(O)/$(1)/portable.a: $(call objects,$(1),$(portable) $(FUZZ_SRCS) $(ENGINE_SRCS) \
		$(TEST_LIB_SRCS) $(filter-out harness/main.c,$(HARNESS_SRCS)))
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@
	$$(Q)$(AR) rcs $$@ $$^

$(patsubst %.c,$(O)/$(1)/%,$(TEST_SRCS)): %: %.o $(O)/$(1)/portable.a
	$$(call say,LD,$$@)
	$$(Q)$(CC) $$($(1)_cflags) $(CFLAGS) $$^ $(event_libs) $(LDFLAGS) -o $$@
endef
$(eval $(call test_variant,host))
$(eval $(call test_variant,san))

.PHONY: tests
tests: $(tests) ## build the test programs, plain and with sanitizers

# make turns every failure into its own status 2: the real one is printed.
run_status = status=$$?; [ $$status -eq 0 ] || echo "exit status $$status"; exit $$status

# TARGET=hosted needs a library, whose folder is its name.
run_target = $(if $(filter hosted,$(TARGET)),hosted:$(notdir $(hosted_dir)),$(TARGET))

.PHONY: run
run: ## the main job: set up what is missing, build, `vgicheck run $(ARGS)`
	$(Q)ci/setup.sh run
	$(Q)$(MAKE) all $(filter hosted,$(TARGET))
	@TARGET='$(run_target)' ci/vm/run.sh $(O)/vgicheck run $(ARGS); $(run_status)

.PHONY: matrix
matrix: ## the scenarios, or `vgicheck run $(ARGS)`, on each of KERNELS= and HOSTS=
	$(Q)ci/setup.sh run
	$(Q)$(MAKE) all
	@KERNELS='$(KERNELS)' HOSTS='$(HOSTS)' ci/vm/matrix.sh $(O)/vgicheck $(ARGS); $(run_status)

.PHONY: direct
direct: ## GICv4 direct injection: `vgicheck direct $(ARGS)`; HOST= for controls
	$(Q)ci/setup.sh run
	$(Q)$(MAKE) all
	@ci/vm/run.sh $(O)/vgicheck direct $(ARGS); $(run_status)

.PHONY: check
check: ## all tests; needs no KVM, and no network once set up
	$(Q)ci/setup.sh check
	$(Q)ci/setup.sh fuzz
	$(Q)ci/setup.sh coverage
	$(Q)for kernel in 6.12 5.10 6.1 7.2; do ci/kernel/fetch.sh $$kernel >/dev/null || :; done
	$(Q)ci/kernel/modules.sh 6.12 >/dev/null || :
	$(Q)for kernel in 6.1 7.2 7.3; do ci/kernel/source.sh $$kernel >/dev/null || :; done
	$(Q)$(MAKE) all tests
	@tests/run-checks.sh $(tests) $(check_scripts)

msan_tests := $(patsubst %.c,$(O)/msan/host/%,$(TEST_SRCS))

# The C library is not instrumented: what it fills in, clang knows.
.PHONY: check-msan
check-msan: ## the unit tests with clang's MemorySanitizer
	$(Q)ci/setup.sh fuzz
	$(Q)$(MAKE) O=$(O)/msan SAN=memory CC=$(FUZZ_CC) $(msan_tests)
	@tests/run-checks.sh $(msan_tests)

# The kernel's own stress test of LPIs, which `make bench` runs beside ours: built
# from Debian's sources, with the library as the selftests have it.  6.12's guest takes
# none of them (docs/storm.md), 7.2's does.
lpi_stress_kernels := 6.12 7.2
lpi_stress := $(lpi_stress_kernels:%=$(O)/arm64/selftests/%/vgic_lpi_stress-%)

$(lpi_stress): ci/kernel/kvm_util.sh ci/kernel/selftest.sh
	$(call say,LD,$@)
	$(Q)tree=$$(ci/kernel/source.sh $(patsubst $(@D)/vgic_lpi_stress-%,%,$@)) && \
		SELFTESTS=1 ci/kernel/kvm_util.sh "$$tree" $(@D) '$(ARM64_CC)' '$(ARM64_AR)' && \
		CC='$(ARM64_CC)' ci/kernel/selftest.sh $(@D) $(@D) \
			"$$tree"/tools/testing/selftests/kvm/a*64/vgic_lpi_stress.c && \
		mv $(@D)/vgic_lpi_stress $@

.PHONY: bench
bench: ## measure the model, programs a second, accesses, LPIs and the bare ioctls
	$(Q)ci/setup.sh run
	$(Q)$(MAKE) all $(filter hosted,$(TARGET))
	$(Q)$(MAKE) -k $(lpi_stress) || echo 'bench: goes on without vgic_lpi_stress'
	@$(O)/vgicheck bench model
	@TARGET='$(run_target)' ci/vm/run.sh $(O)/vgicheck bench \
		$$(ls $(lpi_stress) 2>/dev/null | sed 's/^/--lpi-stress /') $(ARGS); $(run_status)

# A library for each kernel, or name of a tree, and for each set of flags.
HOSTED_CC ?= clang
hosted_name := $(or $(KERNEL),$(if $(KSRC),$(notdir $(abspath $(KSRC))),6.12))
# hosted_folder(sanitizers, coverage, compiler)
hosted_folder = $(hosted_name)$(if $(1),-$(1))$(if $(2),-cov)$(patsubst %,-%,$\
	$(filter-out clang,$(notdir $(3))))
hosted_library = $(O)/hosted/$(call hosted_folder,$(1),,$(2))/vgic.so
hosted_id = $(call hosted_folder,$(SAN),$(COV),$(HOSTED_CC))
hosted_dir = $(O)/hosted/$(hosted_id)

# fuzzer(name): what fuzz/NAME_main.c enters, for both engines, and the mutator
# that afl-fuzz loads. More that it is linked with is in fuzz_NAME_deps, and for
# one of the engines in fuzz_NAME_libfuzzer_deps and fuzz_NAME_afl_deps.
# A fuzzer of a kernel's library is linked with it, so that its edges count, and
# those of the model and the judge do not.
fuzz_hosted_suffix = -$(hosted_name)
fuzz_hosted_san_libfuzzer := fuzzer-no-link$(comma)address$(comma)undefined
fuzz_hosted_san_afl := address$(comma)undefined
fuzz_hosted_cc_libfuzzer = $(FUZZ_CC)
fuzz_hosted_cc_afl = $(AFL_CC)
fuzz_hosted_variant := host
fuzz_hosted_deps = $(call objects,host,fuzz/hosted_fuzz.c)
fuzz_hosted_libfuzzer_deps = \
	$(call hosted_library,$(fuzz_hosted_san_libfuzzer),$(FUZZ_CC))
fuzz_hosted_afl_deps = \
	$(call hosted_library,$(fuzz_hosted_san_afl),$(AFL_CC))

# Variants of objects, for each engine: of the model and the rest, unless that is
# not what is fuzzed.
fuzz_variant = $(or $(fuzz_$(1)_variant),$(2))

define fuzzer
$(O)/fuzz/$(1)$(fuzz_$(1)_suffix): $(call objects,fuzz,fuzz/$(1)_main.c fuzz/$(1)_form.c \
		fuzz/libfuzzer.c) $(call objects,$(call fuzz_variant,$(1),fuzz),$(LIB_SRCS) $(FUZZ_SRCS)) \
		$(fuzz_$(1)_deps) $(fuzz_$(1)_libfuzzer_deps)
	$$(call say,LD,$$@)
	$$(Q)$(FUZZ_CC) $(fuzz_cflags) -fsanitize=fuzzer $(CFLAGS) $$^ $(LDFLAGS) -o $$@

$(O)/afl/$(1)$(fuzz_$(1)_suffix): $(call objects,afl,fuzz/$(1)_main.c fuzz/afl_main.c) \
		$(call objects,$(call fuzz_variant,$(1),afl),$(LIB_SRCS) $(FUZZ_SRCS)) \
		$(fuzz_$(1)_deps) $(fuzz_$(1)_afl_deps)
	$$(call say,LD,$$@)
	$$(Q)AFL_QUIET=1 $(AFL_CC) $(afl_cflags) $(CFLAGS) $$^ $(LDFLAGS) -o $$@

$(O)/afl/$(1)_mutator.so: $(call objects,pic,fuzz/$(1)_form.c fuzz/afl_mutator.c fuzz/input.c \
		$(filter lib/prog/% lib/regs/%,$(LIB_SRCS)))
	$$(call say,LD,$$@)
	$$(Q)$(CC) $(pic_cflags) $(CFLAGS) -shared $$^ $(LDFLAGS) -o $$@
endef
fuzzers := $(filter-out afl,$(patsubst fuzz/%_main.c,%,$(wildcard fuzz/*_main.c)))
$(foreach name,$(fuzzers),$(eval $(call fuzzer,$(name))))

$(O)/host/fuzz/%_seeds: $(O)/host/fuzz/%_seeds.o $(O)/host/portable.a
	$(call say,LD,$@)
	$(Q)$(CC) $(host_cflags) $(CFLAGS) $^ $(LDFLAGS) -o $@

$(O)/host/fuzz/%_reduce: $(O)/host/fuzz/reduce.o $(O)/host/fuzz/%_form.o $(O)/host/portable.a
	$(call say,LD,$@)
	$(Q)$(CC) $(host_cflags) $(CFLAGS) $^ $(LDFLAGS) -o $@

fuzz_name = $(TARGET)$(fuzz_$(TARGET)_suffix)
fuzz_dir = $(O)/fuzzing/$(fuzz_name)

# What is hashed after each operation leads nowhere, and took a third of the time.
$(O)/fuzz/lib/model/hash.o: extra_cflags = -fno-sanitize=fuzzer-no-link

fuzz_needs_libfuzzer = $(O)/fuzz/$(fuzz_name)
fuzz_needs_afl = $(O)/afl/$(fuzz_name) $(O)/afl/$(TARGET)_mutator.so

.PHONY: fuzz
fuzz: ## fuzz TARGET= by ENGINE= for TIME= seconds; what fails is kept in $(O)/fuzzing
	$(Q)fuzz/run.sh --check $(ENGINE) $(TARGET) $(TIME)
	$(Q)ci/setup.sh fuzz
ifeq ($(TARGET),hosted)
	$(Q)$(MAKE) hosted SAN=$(fuzz_hosted_san_$(ENGINE)) HOSTED_CC=$(fuzz_hosted_cc_$(ENGINE))
endif
	$(Q)$(MAKE) $(fuzz_needs_$(ENGINE)) $(O)/host/fuzz/$(TARGET)_seeds \
		$(O)/host/fuzz/$(TARGET)_reduce
	$(Q)mkdir -p $(fuzz_dir)/seeds
	$(Q)$(O)/host/fuzz/$(TARGET)_seeds $(fuzz_dir)/seeds corpora/scenarios/*.vgic \
		corpora/regress/*.vgic
	@FUZZ_NAME=$(fuzz_name) fuzz/run.sh $(ENGINE) $(TARGET) $(TIME); $(run_status)

# For a library with sanitizers: a vgicheck that has their runtime and is not slowed.
hosted_runtime := $(if $(filter afl%,$(notdir $(HOSTED_CC))),,$(findstring address,$(filter-out fuzzer%,$(SAN))))

.PHONY: hosted
hosted: ## the vGIC of kernel KERNEL= or KSRC= as a library, with SAN= and COV=
	$(Q)ci/setup.sh hosted
	$(Q)tree=$$($(if $(KSRC),echo '$(abspath $(KSRC))',ci/kernel/source.sh $(hosted_name))) && \
		$(MAKE) HOSTED_TREE="$$tree" $(hosted_dir)/vgic.so
ifneq ($(hosted_runtime),)
	$(Q)$(MAKE) SAN= HOSTED_SAN=$(SAN) $(hosted_dir)/vgicheck
endif

$(O)/hosted/%/vgicheck: $(host_objs)
	$(call say,LD,$@)
	$(Q)$(HOSTED_CC) $(call sanitize,$(HOSTED_SAN)) $^ $(event_libs) $(LDFLAGS) -o $@

ifneq ($(HOSTED_TREE),)
include lib/target/hosted/rules.mk
endif

.PHONY: coverage
coverage: COV := 1
coverage: ## what the corpora execute of the vGIC of KERNEL= or KSRC=, as HTML
	$(Q)ci/setup.sh coverage
	$(Q)$(MAKE) $(O)/vgicheck
	$(Q)$(MAKE) COV=1 hosted
	@LLVM_SUFFIX=$(patsubst clang%,%,$(notdir $(HOSTED_CC))) lib/target/hosted/coverage.sh \
		$(O)/vgicheck $(hosted_id) $(O)/coverage/$(hosted_name) $(or $(ARGS),--count 0)

.PHONY: docs
docs: $(O)/vgicheck ## write docs/registers.md and the syntax file from the tables
	$(Q)$(O)/vgicheck registers >docs/registers.md
	$(Q)$(O)/vgicheck syntax >editors/vim/syntax/vgic.vim

.PHONY: kernel
kernel: ## print the path of stock kernel KERNEL=, fetched, or with KSRC= of one built from it
ifeq ($(KSRC),)
	@ci/kernel/fetch.sh $(or $(KERNEL),6.12)
else
	$(Q)ci/setup.sh kernel
	@ci/kernel/build.sh $(KSRC)
endif

.PHONY: setup
setup: ## install the Debian packages that run and check need
	@ci/setup.sh check

.PHONY: lint
lint: ## format and static checkers: installs them, then runs them
	$(Q)ci/setup.sh lint
	$(Q)$(MAKE) $(KVM_UTIL)/libkvm_util.a
	$(Q)$(MAKE) SAN= KERNEL=6.12 KSRC= hosted
	@ci/lint.sh

c_files := $(sort $(wildcard $(addsuffix /*.[ch],. ci/* fuzz guest_code harness lib/* lib/*/* lib/*/*/* tests)))

.PHONY: format
format: ## rewrite C files the way .clang-format says
	$(Q)clang-format -i $(c_files)

.PHONY: format-check
format-check: ## fail if `make format` would change anything
	$(Q)clang-format --dry-run -Werror $(c_files)

.PHONY: clean
clean: ## remove everything that was built; the cache stays
	$(Q)rm -rf $(O)

.PHONY: help
help: ## this text
	@awk -F ':[^#]*## ' '/^[a-z-]+:[^#]*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo 'Variables:'
	@awk -F '## ' '/^#: / { sub(/^#: /, ""); print "  " $$0 }' Makefile

#: O=DIR            where everything is built (build)
#: V=1 C=1          show whole commands; check each file by sparse
#: SAN=LIST         sanitizers, such as address,undefined; not for arm64
#: COV=1            count what the kernel's files of a hosted library execute
#: HOSTED_CC=       compiler of hosted libraries (clang)
#: CFLAGS= LDFLAGS= appended to the flags that are needed
#: CROSS_COMPILE=   prefix of the arm64 tools (aarch64-linux-gnu-)
#: KSRC=TREE        kernel tree to take kvm_util or the vGIC from (Debian's 6.12), or to build
#: KERNEL_DEBUG=1   build the kernel with KASAN, UBSAN and lockdep
#: VGICHECK_CACHE=  folder for kernels and sources (~/.cache/vgicheck)
#: CI=1             warnings are errors
#: ARGS='...'       arguments of `vgicheck run`
#: TARGET=          what performs programs: kvm; hosted, which is KERNEL='s vGIC in
#:                  this process; or qtest, which is QEMU's own GIC
#: TIME=60          seconds of `make fuzz`, whose TARGET= is hosted, model or prog
#: ENGINE=          what fuzzes: libfuzzer, or afl
#: KERNEL=          5.10, 6.1, 6.12, 7.2, 7.3 or the path of an Image
#: KERNELS= HOSTS=  what `make matrix` runs on (6.1 6.12 7.2; all of the QEMU machine)
#: PARALLEL=1       let the machine's processors run side by side: faster on two
#:                  cores or more, but in real time
#: APPEND= HOST= GIC= SMP= MEM= TIMEOUT=
#:                  the QEMU machine: kernel arguments, which host it is, as
#:                  `vgicheck list hosts` names them, or just its GIC, 2, 3 or
#:                  4; processors, memory, seconds until it counts as hanging
#: On arm64 with a usable /dev/kvm `make run` uses that, unless one of the last
#: two lines is given. A failing command's exit status is printed; make's is 2.

-include $(shell find $(O) -name '*.d' 2>/dev/null)
