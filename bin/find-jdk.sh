# Sets JAVA to a java of version 25 or later, and JAVA_RELEASE to its version, or says what is missing and ends the script. Sourced by the launchers.
find_jdk() {
    local wanted=25 home line version
    for home in "$POSTHORSE_JAVA_HOME" "$JAVA_HOME" /usr/lib/jvm/* /opt/java/* "$HOME"/.sdkman/candidates/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        [ -n "$home" ] && [ -x "$home/bin/java" ] && [ -f "$home/release" ] || continue
        version=0
        while IFS= read -r line; do # no program is started for it: that takes as long as a tenth of a start
            case $line in JAVA_VERSION=\"*) line=${line#*\"} version=${line%%[!0-9]*} ;; esac
        done <"$home/release"
        if [ "${version:-0}" -ge "$wanted" ]; then
            JAVA="$home/bin/java"
            JAVA_RELEASE=$version
            return 0
        fi
    done
    echo "Posthorse runs on Java $wanted or later, and none was found in POSTHORSE_JAVA_HOME, JAVA_HOME or /usr/lib/jvm." >&2
    echo "Install a JDK $wanted (Eclipse Temurin, say), or set POSTHORSE_JAVA_HOME to where one is." >&2
    exit 1
}
