# Finds the JDK to run on. Sourced by the launchers; for bash 3.2 and later, which is what macOS has.

# Sets JAVA to a java of version 25 or later and JAVA_RELEASE to its version, or says what is missing and ends the script.
# POSTHORSE_JAVA_HOME decides where it is set; a wrong one is an error. Else JAVA_HOME, PATH and the usual places are looked at.
find_jdk() {
    local wanted=25 home found
    if [ -n "$POSTHORSE_JAVA_HOME" ]; then
        take_jdk "$POSTHORSE_JAVA_HOME" && return 0
        if [ -n "$found" ]; then
            echo "POSTHORSE_JAVA_HOME is $POSTHORSE_JAVA_HOME, which is Java $found; Posthorse runs on Java $wanted or later." >&2
        else
            echo "POSTHORSE_JAVA_HOME is $POSTHORSE_JAVA_HOME, and there is no Java in it (bin/java and a file \"release\")." >&2
        fi
        echo "Set it to a JDK $wanted, or unset it to have one looked for." >&2
        exit 1
    fi
    take_jdk "$JAVA_HOME" && return 0
    home=$(command -v java || true)
    while [ -L "$home" ]; do # to the JDK that the name on the PATH leads to
        found=$(readlink "$home")
        case $found in /*) home=$found ;; *) home=${home%/*}/$found ;; esac
    done
    take_jdk "${home%/bin/java}" && return 0
    # the user's own before the system's
    for home in "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* "${ASDF_DATA_DIR:-$HOME/.asdf}"/installs/java/* \
        "${MISE_DATA_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/mise}"/installs/java/* "$HOME"/.jdks/* "$HOME"/.gradle/jdks/* \
        "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home /Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec \
        /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/*jdk* /opt/*java* /usr/local/*jdk* /usr/local/*java*; do
        take_jdk "$home" && return 0
    done
    echo "Posthorse runs on Java $wanted or later, and none was found: not in POSTHORSE_JAVA_HOME, JAVA_HOME or PATH, and not where" >&2
    echo "systems, Homebrew, SDKMAN, asdf, mise and IDEs keep theirs. Install a JDK $wanted (Eclipse Temurin, say)," >&2
    echo "or set POSTHORSE_JAVA_HOME to where one is." >&2
    exit 1
}

# Takes the JDK in a directory where it is new enough; sets $found to its version where it is not.
take_jdk() {
    local line version=0
    found=
    [ -n "$1" ] && [ -x "$1/bin/java" ] && [ -f "$1/release" ] || return 1
    while IFS= read -r line; do # no program is started for it: that takes as long as a tenth of a start
        case $line in JAVA_VERSION=\"*) line=${line#*\"} version=${line%%[!0-9]*} ;; esac
    done <"$1/release"
    found=$version
    [ "${version:-0}" -ge "$wanted" ] || return 1
    JAVA="$1/bin/java"
    JAVA_RELEASE=$version
}
