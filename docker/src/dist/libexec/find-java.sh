# Sourced by the launchers: find_java MINIMUM TOOL sets java_home, java_feature and java_version to
# the newest Java at or above feature release MINIMUM that has bin/TOOL (java, or javac for a JDK).
# HOLDFAST_JAVA_HOME overrides the search. Only shell builtins on the usual path: a fork costs more
# than the rest of the launcher.

# Sets feature and version of the Java in directory $1; fails when there is none with bin/$2.
java_release() {
  feature=0
  version=
  [ -x "$1/bin/$2" ] || return 1
  if [ -r "$1/release" ]; then
    while IFS= read -r line; do
      case $line in
        JAVA_VERSION=*) version=${line#*=} ;;
      esac
    done < "$1/release"
  else
    version=$("$1/bin/java" -version 2>&1 | sed -n 's/.*version \("[^"]*"\).*/\1/p' | head -n 1)
  fi
  version=${version#\"}
  version=${version%\"}
  case $version in
    1.*) feature=8 ;;
    [0-9]*) feature=${version%%[!0-9]*} ;;
    *) return 1 ;;
  esac
}

# Takes directory $1 when it is newer than what was found before.
consider_java() {
  if java_release "$1" "$3" && [ "$feature" -ge "$2" ] && [ "$feature" -gt "$java_feature" ]; then
    java_home=$1
    java_feature=$feature
    java_version=$version
  fi
}

# The home of the java on PATH, behind its symbolic links.
java_on_path() {
  path_java=$(command -v java 2>/dev/null) || return 1
  while [ -L "$path_java" ]; do
    link=$(readlink "$path_java")
    case $link in
      /*) path_java=$link ;;
      *) path_java=${path_java%/*}/$link ;;
    esac
  done
  path_home=${path_java%/bin/java}
}

find_java() {
  java_home=
  java_feature=0
  java_version=
  if [ -n "${HOLDFAST_JAVA_HOME:-}" ]; then
    consider_java "$HOLDFAST_JAVA_HOME" "$1" "$2"
    [ -n "$java_home" ] && return 0
    echo "holdfast: HOLDFAST_JAVA_HOME=$HOLDFAST_JAVA_HOME is not a Java $1 or newer with bin/$2" >&2
    return 1
  fi
  if [ -n "${JAVA_HOME:-}" ]; then
    consider_java "$JAVA_HOME" "$1" "$2"
  fi
  if java_on_path; then
    consider_java "$path_home" "$1" "$2"
  fi
  for candidate in \
    /usr/lib/jvm/* \
    /opt/java/openjdk \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME:-/nonexistent}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    "${SDKMAN_DIR:-${HOME:-/nonexistent}/.sdkman}"/candidates/java/* \
    "${HOME:-/nonexistent}"/.jdks/*; do
    [ -d "$candidate" ] && consider_java "$candidate" "$1" "$2"
  done
  [ -n "$java_home" ] && return 0
  echo "holdfast: no Java $1 or newer with bin/$2 found in JAVA_HOME, on PATH, or in the usual" \
    "places. Install one (Debian: apt-get install openjdk-17-jdk-headless) or set" \
    "HOLDFAST_JAVA_HOME." >&2
  return 1
}
