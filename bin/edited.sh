# Compiles what was edited and no more, for bin/test and bin/posthorse: Maven compiles the edited files only, without Error Prone,
# into directories of their own (target/unchecked). Where that changed what other classes see of one, all that may use it is
# compiled again. Sourced in the project's directory, with JAVA set.

modules=$(sed -n 's|.*<module>\(.*\)</module>.*|\1|p' pom.xml)
edits=target/edited # sources that were edited, and what others saw of their classes before; kept until they compile

# Sets $class to the file of a source's main class, without its ending.
class_of() {
    case $1 in
    */src/main/java/*) class=${1%%/src/main/java/*}/target/unchecked/classes/${1#*/src/main/java/} ;;
    *) class=${1%%/src/test/java/*}/target/unchecked/test-classes/${1#*/src/test/java/} ;;
    esac
    class=${class%.java}
}

# Prints the sources that are newer than their classes, or have none yet, in modules that were compiled before.
edited_sources() {
    local one kind source class
    for one in $modules; do
        for kind in main:classes test:test-classes; do
            [ -d "$one/src/${kind%:*}/java" ] && [ -d "$one/target/unchecked/${kind#*:}" ] || continue
            find "$one/src/${kind%:*}/java" -name '*.java' ! -name package-info.java | while IFS= read -r source; do
                class_of "$source"
                [ "$class.class" -nt "$source" ] || echo "$source"
            done
        done
    done
}

# Reads sources and prints what other files can see of their classes: all but bodies and what is private.
signatures() {
    local source class file classes=()
    while IFS= read -r source; do
        class_of "$source"
        for file in "$class.class" "$class"\$[A-Za-z]*.class; do
            [ ! -f "$file" ] || classes+=("$file")
        done
    done
    [ ${#classes[@]} -eq 0 ] || "${JAVA%java}javap" -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -package -constants "${classes[@]}"
}

# Deletes the classes of all that may use one of the edited sources: tests of its module, and where it is no test, its module and all
# that are built later.
forget_users() {
    local one begun=
    for one in $modules; do
        ! grep -q "^$one/src/main/" "$edits.sources" || begun=yes
        if [ -n "$begun" ]; then
            rm -rf "$one/target/unchecked"
        elif grep -q "^$one/src/test/" "$edits.sources"; then
            rm -rf "$one/target/unchecked/test-classes"
        fi
    done
}

# Runs Maven with the arguments, its output in a file, and again where signatures have changed. Its exit code is in $status.
maven_of_edited() { # maven_of_edited <output> <arguments of Maven>
    local output=$1
    shift
    mkdir -p target
    touch "$edits.sources" "$edits.before"
    edited_sources | grep -vxFf "$edits.sources" >"$edits.more" || true
    signatures <"$edits.more" >>"$edits.before"
    cat "$edits.more" >>"$edits.sources"
    quick_maven "$output" "$@"
    ! grep -q 'COMPILATION ERROR' "$output" || return 0
    signatures <"$edits.sources" >"$edits.after"
    if ! cmp -s "$edits.before" "$edits.after"; then
        echo "Other classes see something new of an edited one: compiling all that may use it." >&2
        forget_users
        quick_maven "$output" "$@"
    fi
    rm -f "$edits.sources" "$edits.before"
}

# Maven takes JDKs from variables of such names, too; its own list of places is shorter than find_jdk's.
quick_maven() {
    local output=$1
    shift
    status=0
    JAVA25_HOME=${JAVA%/bin/java} MAVEN_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC $MAVEN_OPTS" \
        mvn -B -q --no-transfer-progress "$@" -Dposthorse.unchecked -Dmaven.compiler.useIncrementalCompilation=false \
        >"$output" 2>&1 || status=$?
}
