# What the JVM keeps between starts: classes as they are when they are linked, and how often methods were called. More than half of
# a start is spared, and hot code is compiled sooner. Sourced by bin/posthorse. Needs a JDK 25: the names of the JVM's log, which has
# to be silent about it, are others elsewhere, and a wrong one would keep it from starting.

# Adds the options that use the cache, named in $cache; else those that use an archive, named in $archive, and make it when a server
# first stops. The JVM does not look whether a cache is of the jars that it loads, and does not write an archive of other jars anew,
# hence names, sizes and times of the jars are in both names; those of other jars are removed.
class_archive() {
    local jars old
    [ "$JAVA_RELEASE" = 25 ] || return 0
    jars=$(cd "$home/cli/target" &&
        { stat -c '%n %s %y' posthorse-cli-*.jar lib/* || stat -f '%N %z %Fm' posthorse-cli-*.jar lib/*; } 2>/dev/null | cksum)
    cache="$home/cli/target/posthorse-${jars%% *}.aot"
    if [ -f "$cache" ]; then
        options+=("-XX:AOTCache=$cache" -XX:+VerifySharedSpaces '-Xlog:aot*=off' '-Xlog:cds*=off')
        return 0
    fi
    [ -w "$home/cli/target" ] || return 0 # where nothing can be made, a JVM that is to make it ends with an error
    archive="$home/cli/target/posthorse-${jars%% *}.jsa"
    for old in "$home"/cli/target/posthorse*.jsa "$home"/cli/target/posthorse*.aot; do
        [ "$old" = "$archive" ] || rm -f "$old" 2>/dev/null || true # where others built it, it is theirs to remove
    done
    options+=(-XX:+AutoCreateSharedArchive "-XX:SharedArchiveFile=$archive" '-Xlog:cds*=off' '-Xlog:aot*=off')
}

# Makes the cache, by a server on ports of nobody and a directory of its own, which is under load for some seconds, killed, started
# again on what it left, and is under load again. Where that fails, the first server that stops makes the archive.
make_class_cache() {
    local directory server plain=() option
    [ -n "$cache" ] && [ -w "$home/cli/target" ] && directory=$(mktemp -d) || return 0
    echo "Starting it twice for practice, so that it starts quickly from now on; some seconds." >&2
    for option in "${options[@]}"; do
        case "$option" in *SharedArchive*) ;; *) plain+=("$option") ;; esac
    done
    trap 'kill -TERM $server; rm -rf "$directory" "$cache.$$"*; exit 130' INT TERM
    practise 2
    kill -KILL $server 2>/dev/null || true
    wait $server 2>/dev/null || true
    practise 4 "-XX:AOTCacheOutput=$cache.$$"
    kill -TERM $server 2>/dev/null || true
    wait $server || true
    trap 'exit 143' TERM
    trap 'exit 130' INT
    sync "$cache.$$" 2>/dev/null || true # a cut of power may not leave a file of the right length and other contents
    mv "$cache.$$" "$cache" 2>/dev/null || true
    rm -rf "$directory" "$cache.$$"*
}

# Starts a server, named in $server, and puts load on it for some seconds; further options are for its JVM.
practise() {
    local seconds=$1 broker
    shift
    rm -f "$directory/log"
    NAMESRV_ADDR= XDG_STATE_HOME="$directory" "$JAVA" "${plain[@]}" "$@" -cp "$classpath" io.posthorse.cli.Main start \
        --data "$directory/data" --set listenPort=0 --set nameserver.port=0 --set grpcServerPort=0 --set openwire.port=0 \
        >"$directory/log" 2>&1 &
    server=$!
    if await_ready "$directory/log" $server; then
        broker=$(sed -n 's/^  broker  *[^ ]*:\([0-9]*\) .*/\1/p' "$directory/log")
        "$JAVA" -Xmx256m -XX:+UseSerialGC -cp "${load_jars[0]}:$home/cli/target/lib/*" io.posthorse.load.Load \
            --broker "127.0.0.1:$broker" --mode e2e --seconds "$seconds" >/dev/null 2>&1 || true
    fi
}
