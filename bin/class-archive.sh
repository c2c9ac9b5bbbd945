# Classes as the JVM keeps them between starts: half of a start is spared. Sourced by bin/posthorse. Needs a JDK 25, since the
# names of the JVM's log, which has to be silent about it, are others elsewhere, and a wrong one would keep it from starting.

# Names the archive of this build in $archive, removes those of others, and adds the options that use it, and that make it when
# a server first stops. The JVM passes over an archive of other jars and does not write it anew, hence the jars in the name.
class_archive() {
    local jars old
    [ "$JAVA_RELEASE" = 25 ] || return 0
    jars=$(cd "$home/cli/target" &&
        { stat -c '%n %s %Y' posthorse-cli-*.jar lib/* || stat -f '%N %z %m' posthorse-cli-*.jar lib/*; } 2>/dev/null | cksum)
    archive="$home/cli/target/posthorse-${jars%% *}.jsa"
    for old in "$home"/cli/target/posthorse*.jsa; do
        [ "$old" = "$archive" ] || rm -f "$old" 2>/dev/null || true # where others built it, it is theirs to remove
    done
    options+=(-XX:+AutoCreateSharedArchive "-XX:SharedArchiveFile=$archive" '-Xlog:cds*=off' '-Xlog:aot*=off')
}

# Makes it at once, by a server on ports of nobody and a directory of its own, that stops when it is ready. Where that fails, the
# first server makes it.
make_class_archive() {
    local directory server
    [ -n "$archive" ] && directory=$(mktemp -d) || return 0
    NAMESRV_ADDR= "$JAVA" "${options[@]}" -cp "$classpath" io.posthorse.cli.Main start --data "$directory/data" \
        --set listenPort=0 --set nameserver.port=0 --set grpcServerPort=0 --set openwire.port=0 >"$directory/log" 2>&1 &
    server=$!
    trap 'kill -TERM $server; rm -rf "$directory"; exit 130' INT TERM
    await_ready "$directory/log" $server || true
    kill -TERM $server 2>/dev/null || true
    wait $server || true
    trap - INT TERM
    rm -rf "$directory"
}
