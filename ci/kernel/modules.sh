#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# modules.sh VERSION: print the folder with the modules that hand a PCI device to a
# guest (vfio) of the stock kernel image in the cache, and fetch them first if they
# are not there. They are of the image's own package, or of the one beside it.
#
# Exit status: 0 printed; 1 failed; 2 usage; 4 the archive has no such package.

set -u
# shellcheck source=ci/kernel/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=ci/kernel/archive.sh
. "$(dirname "$0")/archive.sh"

# What is loaded, in this order; kernels differ in which there are.
wanted='irqbypass vfio vfio_virqfd vfio_iommu_type1 vfio-pci-core vfio-pci'

# Newer kernels have a package of their own for modules.
package_of_modules() {
	sed -E 's/^linux-binary(-unsigned)?-/linux-modules-/' "$1"
}

unpack() {
	local file

	mkdir "$scratch/tree" "$scratch/modules"
	dpkg-deb --fsys-tarfile "$scratch"/*.deb | tar -xC "$scratch/tree" --wildcards '*.ko*' ||
		die "$(cat "$scratch/package") holds no modules"
	for name in $wanted; do
		file=$(find "$scratch/tree" -name "$name.ko*" | head -n 1)
		[ -n "$file" ] || continue
		case $file in
		*.xz) xz -dc "$file" ;;
		*.zst) zstd -qdc "$file" ;;
		*) cat "$file" ;;
		esac >"$scratch/modules/$name.ko"
		echo "$name.ko" >>"$scratch/modules/order"
	done
	[ -s "$scratch/modules/vfio-pci.ko" ] || die "$(cat "$scratch/package") has no vfio-pci"
}

fetch() {
	local package name version

	package=$(package_of_modules "$1/package") || exit 1
	# What older caches have of it is the name alone.
	IFS='=' read -r name version <<<"$package"
	make_scratch
	# The name is one, not a pattern.
	download_or_end "modules of $name" "$suites" "${name//[.+]/\\&}" "$version"
	unpack
	mv "$scratch/modules" "$1/modules" || exit 1
}

main() {
	local version=$1 image

	image=$("$(dirname "$0")/fetch.sh" "$version") || exit
	if [ ! -s "${image%/*}/modules/order" ]; then
		look_up_kernel "$version"
		lock_cache
		[ -s "${image%/*}/modules/order" ] || fetch "${image%/*}"
	fi
	echo "${image%/*}/modules"
}

[ $# -eq 1 ] || usage "takes one argument, the version of a kernel"
main "$1"
