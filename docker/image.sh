#!/bin/sh
# Builds the container image from a distribution that is there already (./mvnw -Plauncher -pl docker
# -am package -DskipTests, or ./mvnw verify).
#
#   docker/image.sh [--tag NAME] [--base IMAGE]
#
#   --tag NAME     name of the image; default holdfast
#   --base IMAGE   a Debian-like image to build upon, with a shell and netcat-openbsd; without it a
#                  small one is made of Debian's packages, which needs root and mmdebstrap
#
#   DOCKER         the client, with options; default docker
#   IMAGE_JDK      the JDK whose parts become the runtime, 17 or newer; default: the newest found
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
dist=$here/target/holdfast
stage=$here/target/image
docker=${DOCKER:-docker}
tag=holdfast
base=

while [ $# -gt 0 ]; do
  case $1 in
    --tag) tag=$2; shift 2 ;;
    --base) base=$2; shift 2 ;;
    *) echo "usage: docker/image.sh [--tag NAME] [--base IMAGE]" >&2; exit 2 ;;
  esac
done

[ -x "$dist/bin/holdfast" ] || {
  echo "docker/image.sh: $dist is missing; build it first, see the head of this file" >&2
  exit 1
}

. "$here/src/dist/libexec/find-java.sh"
[ -z "${IMAGE_JDK:-}" ] || HOLDFAST_JAVA_HOME=$IMAGE_JDK
find_java 17 jlink || exit 1

# What the broker and its commands need; found with jdeps, and by trying.
modules=java.base,java.logging,java.management,java.naming,java.xml
modules=$modules,jdk.crypto.ec,jdk.management,jdk.net,jdk.unsupported

case $(uname -m) in
  x86_64) rocksdb=linux64 netty=x86_64 ;;
  aarch64) rocksdb=linux-aarch64 netty=aarch_64 ;;
  *) echo "docker/image.sh: no native libraries for $(uname -m)" >&2; exit 1 ;;
esac

rm -rf "$stage"
mkdir -p "$stage/holdfast/lib/native"
cp -R "$dist/bin" "$dist/libexec" "$dist/LICENSE" "$stage/holdfast/"
cp "$dist"/lib/*.jar "$stage/holdfast/lib/"
cp "$dist"/lib/native/librocksdbjni-$rocksdb.so "$dist"/lib/native/*_$netty.so \
  "$stage/holdfast/lib/native/"
"$java_home/bin/jlink" --add-modules "$modules" --strip-debug --no-man-pages --no-header-files \
  --compress "$([ "$java_feature" -ge 21 ] && echo zip-9 || echo 2)" --output "$stage/java"
cp "$here/src/image/health.sh" "$stage/"

# Makes the jar $1 anew, without what the other arguments name.
trim_jar() {
  trimmed=$(ls "$stage"/holdfast/lib/$1-*.jar)
  shift
  mkdir "$stage/jar"
  (cd "$stage/jar" && "$java_home/bin/jar" --extract --file "$trimmed" && rm -rf "$@" &&
    "$java_home/bin/jar" --create --no-manifest --file "$trimmed" .)
  rm -rf "$stage/jar"
}

# This jar brings the libraries for macOS along.
trim_jar rocksdbjni librocksdbjni-osx-arm64.jnilib librocksdbjni-osx-x86_64.jnilib
# Of Bouncy Castle the broker uses the algorithms and ASN.1, not the providers of the JCA, and nothing
# post-quantum. Without its signature the classes can be in the archive of classes too.
trim_jar bcprov-jdk18on META-INF org/bouncycastle/pqc org/bouncycastle/jcajce/provider
# Only tools need these.
(cd "$stage/java" && rm -f lib/jrt-fs.jar lib/classlist lib/jexec bin/keytool)
if command -v strip > /dev/null; then
  strip --strip-unneeded "$stage/java/lib/server/libjvm.so" "$stage"/holdfast/lib/native/*.so
fi

if [ -z "$base" ]; then
  base=$tag-base
  root=$here/target/base.tar
  mmdebstrap --quiet --variant=extract \
    --include=base-files,libc6,libstdc++6,libgcc-s1,busybox-static,netcat-openbsd \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/lib/*/gconv/*' \
    --dpkgopt='path-exclude=/lib/*/libmvec.so*' \
    --extract-hook='chroot "$1" /bin/busybox --install -s /bin' \
    --extract-hook='echo "holdfast:x:10001:10001::/:/bin/false" >> "$1/etc/passwd"' \
    --extract-hook='echo "holdfast:x:10001:" >> "$1/etc/group"' \
    bookworm "$root"
  $docker import "$root" "$base" > /dev/null
fi

DOCKER_BUILDKIT=${DOCKER_BUILDKIT:-0} $docker build --quiet --build-arg "BASE=$base" --tag "$tag" \
  --file "$here/Dockerfile" "$stage"
