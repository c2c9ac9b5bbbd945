# Sets JAVA to a java of version 25 or later, and JAVA_RELEASE to its version, or says what is missing and ends the script. Sourced by the launchers.
find_jdk() {
    local wanted=25 home version
    for home in "$POSTHORSE_JAVA_HOME" "$JAVA_HOME" /usr/lib/jvm/* /opt/java/* "$HOME"/.sdkman/candidates/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        [ -n "$home" ] && [ -x "$home/bin/java" ] && [ -f "$home/release" ] || continue
        version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
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
