# SPDX-License-Identifier: GPL-2.0-only
#
# The library of the hosted target: the vGIC of the kernel tree HOSTED_TREE, as it
# is, with the shim. The makefile includes this when it calls itself with a tree,
# whose files are then known. Kernel files that do not compile do not end the build
# at once: at its end missing.sh says all that they lack.

hosted := lib/target/hosted
hosted_base := $(O)/hosted/$(hosted_name)
hosted_include := $(hosted_base)/include

# What is compiled of the kernel. A pattern that fits nothing is a renamed file.
hosted_wanted := $(shell sed '/^\#/d' $(hosted)/shim/sources.txt)
hosted_absent := $(strip $(foreach file,$(hosted_wanted),\
	$(if $(wildcard $(HOSTED_TREE)/$(file)),,$(file))))
ifneq ($(hosted_absent),)
$(error '$(HOSTED_TREE)' has no $(firstword $(hosted_absent)), see docs/hosted.md)
endif
hosted_srcs := $(wildcard $(addprefix $(HOSTED_TREE)/,$(hosted_wanted)))
hosted_kernel := $(patsubst $(HOSTED_TREE)/%.c,$(hosted_dir)/kernel/%.o,$(hosted_srcs))
hosted_shim := $(patsubst $(hosted)/shim/%.c,$(hosted_dir)/shim/%.o,$(wildcard $(hosted)/shim/*.c))

# From the lines with which the tree's makefile begins: 6012 and 6.12.117.
hosted_number = $(shell sed -n 's/^$(1) *= *//p;5q' $(HOSTED_TREE)/Makefile)
hosted_major := $(call hosted_number,VERSION)
hosted_minor := $(call hosted_number,PATCHLEVEL)
hosted_patch := $(call hosted_number,SUBLEVEL)$(call hosted_number,EXTRAVERSION)

# The headers are the system's to the compiler: it is silent about them, and -MD names them.
hosted_cflags := -std=gnu11 -nostdinc -I$(hosted) -I$(hosted)/shim -isystem $(hosted_include) \
	-include shim.h -D__KERNEL__ -fPIC -fvisibility=hidden -fno-builtin \
	-fno-strict-aliasing -fwrapv -fgnu89-inline -Werror=implicit-function-declaration \
	-DSHIM_VERSION=$(shell echo $$(($(hosted_major) * 1000 + $(hosted_minor)))) \
	-DSHIM_RELEASE='"$(hosted_major).$(hosted_minor).$(hosted_patch)"' $(call sanitize,$(SAN)) \
	$(if $(findstring gcc,$(HOSTED_CC)),,-ferror-limit=0)
# Warnings about the kernel's own files are for the kernel's own build: they stay in a log.
hosted_kernel_cflags := -iquote $(HOSTED_TREE)/arch/arm64/kvm/hyp/include \
	-fmacro-prefix-map=$(HOSTED_TREE)/=
ifneq ($(COV),)
ifneq ($(findstring gcc,$(HOSTED_CC)),)
$(error COV=1 is for clang only)
endif
# Counters live in the file of the profile, so that no way to end loses them.
hosted_coverage := -fprofile-instr-generate
hosted_kernel_cflags += $(hosted_coverage) -fcoverage-mapping -mllvm -runtime-counter-relocation
endif

# Files that change only if what they hold does: another tree, other headers.
$(hosted_base)/tree: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(HOSTED_TREE)' | cmp -s - $@ || echo '$(HOSTED_TREE)' >$@

$(hosted_base)/headers: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)$(hosted)/headers.sh $(HOSTED_TREE) $(hosted_include) $(hosted_srcs)
	$(Q)[ -f $@ ] && [ ! $(hosted_include) -nt $@ ] || touch $@

hosted_flags := $(subst ','\'',$(HOSTED_CC) $(hosted_cflags) $(hosted_kernel_cflags) $(CFLAGS))
$(hosted_dir)/flags: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(hosted_flags)' | cmp -s - $@ || echo '$(hosted_flags)' >$@

hosted_inputs := $(hosted_dir)/flags $(hosted_base)/headers $(hosted_base)/tree

# hosted_compile(flags): a file that fails leaves its log, and no object.
define hosted_compile
$(call say,CC,$@)
$(Q)mkdir -p $(@D)
$(Q)LC_ALL=C $(HOSTED_CC) -MD -MP $(hosted_cflags) $(1) $(CFLAGS) -c $< -o $@ 2>$@.log || rm -f $@
endef

$(hosted_dir)/kernel/%.o: $(HOSTED_TREE)/%.c $(hosted_inputs)
	$(call hosted_compile,$(hosted_kernel_cflags))

$(hosted_dir)/shim/%.o: $(hosted)/shim/%.c $(hosted_inputs)
	$(call hosted_compile,$(WARNINGS) -Wno-unused-parameter)
	$(Q)[ ! -f $@ ] || cat $@.log >&2

hosted_objs := $(hosted_kernel) $(hosted_shim)

$(hosted_dir)/vgic.so: $(hosted_objs) $(hosted)/shim/sources.txt
	$(Q)$(hosted)/missing.sh compiled $(hosted_name) $(hosted_dir) $(HOSTED_TREE) $(hosted_objs)
	$(call say,LD,$@)
	$(Q)$(HOSTED_CC) -shared $(call sanitize,$(SAN)) $(hosted_coverage) $(hosted_objs) $(LDFLAGS) \
		-o $@
	$(Q)$(hosted)/missing.sh linked $(hosted_name) $(hosted_dir) \
		"$$($(HOSTED_CC) -print-file-name=libc.so.6)" $@ $(hosted_objs)
