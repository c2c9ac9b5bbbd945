# Compiles what was edited and no more, for bin/test and bin/posthorse: Maven compiles the edited files only, without Error Prone,
# into directories of their own (target/unchecked). Where that changed what other classes see of one, all that may use it is
# compiled again. Sourced in the project's directory, with JAVA set.

modules=$(sed -n 's|.*<module>\(.*\)</module>.*|\1|p' pom.xml)
edits=target/edited # sources that were edited, and what others saw of their classes before; kept until they compile

# Prints the main sources that are newer than their classes, or have none yet.
edited_sources() {
    local one source class
    for one in $modules; do
        [ -d "$one/src/main/java" ] && [ -d "$one/target/unchecked/classes" ] || continue
        find "$one/src/main/java" -name '*.java' ! -name package-info.java | while IFS= read -r source; do
            class=$one/target/unchecked/classes/${source#*/src/main/java/}
            [ "${class%.java}.class" -nt "$source" ] || echo "$source"
        done
    done
}

# Reads sources and prints what other files can see of their classes: all but bodies and what is private.
signatures() {
    local source class classes=()
    while IFS= read -r source; do
        class=${source%%/src/main/java/*}/target/unchecked/classes/${source#*/src/main/java/}
        for class in "${class%.java}.class" "${class%.java}"\$[A-Za-z]*.class; do
            [ ! -f "$class" ] || classes+=("$class")
        done
    done
    [ ${#classes[@]} -eq 0 ] || "${JAVA%java}javap" -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -package -constants "${classes[@]}"
}

# Prints the first module, in the order of building, that has one of the sources in a file.
first_module() {
    local one
    for one in $modules; do
        ! grep -q "^$one/src/" "$1" || { echo "$one"; return 0; }
    done
}

# Runs Maven with the arguments, its output in a file, and again where signatures have changed. Its exit code is in $status.
maven_of_edited() { # maven_of_edited <output> <arguments of Maven>
    local output=$1 from one
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
        from=$(first_module "$edits.sources")
        echo "Other classes see something new of an edited one: compiling all from module $from on." >&2
        for one in $modules; do
            [ "$one" != "$from" ] || from=
            [ -n "$from" ] || rm -rf "$one/target/unchecked"
        done
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
