# Builds the project in its checkout where that is needed. Sourced by bin/posthorse. In a distribution there is nothing to build.

in_checkout() { [ -f "$home/pom.xml" ]; }

# What a build was interrupted at does not count as built, although its jar may be there.
built() {
    local jars=("$home"/cli/target/posthorse-cli-*.jar)
    [ -d "$home/cli/target/lib" ] && [ -d "$home/cli/target/lib-cluster" ] && [ -f "${jars[0]}" ] && [ ! -f "$home/cli/target/unfinished" ]
}

# Whether a source is newer than what is built, or one has gone; prints the first that is. The jar of the command bears the time at
# which its build began.
changed_source() { # changed_source [file to compare with instead]
    local jars=("$home"/cli/target/posthorse-cli-*.jar) jar name places=("$home/pom.xml")
    for jar in "$home"/cli/target/lib/posthorse-*.jar "$home"/cli/target/lib-cluster/posthorse-*.jar "${jars[0]}" quickstart load; do
        name=${jar##*/} name=${name#posthorse-} name=${name%-[0-9]*.*.jar}
        [ ! -d "$home/$name/src/main" ] || places+=("$home/$name/src/main" "$home/$name/pom.xml")
    done
    find "${places[@]}" -newer "${1:-${jars[0]}}" ! -name '.*' 2>/dev/null | head -1
}

# Builds what is run, and neither tests nor benchmarks; fails with a reason. Where something is built already, only what was
# edited is compiled.
build() { # build <what to say>
    local log="$home/target/build.log" jars status
    if ! command -v mvn >/dev/null; then
        echo "Maven (mvn 3.8 or later) to build Posthorse with was not found. Install it." >&2
        return 1
    fi
    mkdir -p "$home/target"
    touch "$home/target/build-began"
    echo "$1" >&2
    if [ -d "$home/cli/target/before/lib" ] && ! built; then # a build was interrupted
        take_back
        rm -f "$home/cli/target/unfinished"
    fi
    if built; then
        # A server that runs from here keeps the files it has open; written over, they would fail it. And what is no longer a
        # library of the server may not stay among them.
        rm -rf "$home/cli/target/before"
        mkdir "$home/cli/target/before"
        touch "$home/cli/target/unfinished"
        mv "$home/cli/target/lib" "$home/cli/target/lib-cluster" "$home"/cli/target/posthorse-cli-*.jar "$home/cli/target/before"
        pushd "$home" >/dev/null
        . bin/edited.sh
        maven_of_edited "$log" -Dmaven.test.skip=true -pl cli,quickstart,load -am package
        popd >/dev/null
        [ $status -eq 0 ] || take_back
        rm -rf "$home/cli/target/before" "$home/cli/target/unfinished"
    else
        mkdir -p "$home/cli/target"
        touch "$home/cli/target/unfinished"
        build_all "$log"
        [ $status -ne 0 ] || rm -f "$home/cli/target/unfinished"
    fi
    if [ $status -ne 0 ]; then
        grep '^\[ERROR\]' "$log" | head -20 >&2
        echo "The build failed; the lines above say why, all of it is in $log." >&2
        return 1
    fi
    jars=("$home"/cli/target/posthorse-cli-*.jar)
    touch -r "$home/target/build-began" "${jars[0]}" # what is edited from now on is newer
}

# Puts what was built before in place of what a failed or interrupted build has left.
take_back() {
    rm -rf "$home/cli/target/lib" "$home/cli/target/lib-cluster" "$home"/cli/target/posthorse-cli-*.jar
    mv "$home/cli/target/before"/* "$home/cli/target" 2>/dev/null || true
}

# Builds everything and says which module it is at.
build_all() {
    local line
    (cd "$home" && JAVA25_HOME=${JAVA%/bin/java} mvn -B --no-transfer-progress -Dmaven.test.skip=true -Dposthorse.unchecked \
        -pl cli,quickstart,load -am package || echo "[FAILED]") 2>&1 | tee "$1" |
        while IFS= read -r line; do
            case $line in *"] Building Posthorse "[a-z]*/*]) line=${line#*Posthorse } && echo "  ${line%% *} [${line##*\[}" >&2 ;; esac
        done
    status=0
    ! grep -q '^\[FAILED\]$' "$1" || status=1
}

# Has one process at a time build; the others wait, ten minutes at most. What a build starts, tests above all, does not wait for it.
# A signal takes effect when Maven has ended, so that no other build begins beside it.
alone() {
    local i lock="$home/.building" owner machine
    [ -w "$home" ] || return 0 # the build says what is wrong
    [ "$POSTHORSE_BUILDING" != "$home" ] || return 0
    for i in $(seq 1 600); do
        if mkdir "$lock" 2>/dev/null; then
            echo "$$ $HOSTNAME" >"$lock/pid"
            building=yes
            export POSTHORSE_BUILDING="$home"
            trap 'rm -rf "$home/.building"' EXIT
            trap 'exit 143' TERM
            trap 'exit 130' INT
            return 0
        fi
        owner= machine=
        read -r owner machine 2>/dev/null <"$lock/pid" || true
        # a process of another user counts as well; one of another machine or container cannot be seen
        if [ -n "$owner" ] && [ "$machine" = "$HOSTNAME" ] && ! ps -p "$owner" >/dev/null 2>&1 &&
            [ ! -d "/proc/$owner" ] && mv "$lock" "$lock.$$" 2>/dev/null; then
            read -r machine <"$lock.$$/pid" || true
            if [ "$machine" = "$owner $HOSTNAME" ]; then # it was killed
                rm -rf "$lock.$$"
            else # somebody else was faster and has begun to build
                mv "$lock.$$" "$lock" 2>/dev/null || true
            fi
            continue
        fi
        [ "$i" -gt 1 ] || echo "Another process builds Posthorse here; waiting for it." >&2
        sleep 1
    done
    echo "A build that began ten minutes ago has not ended. If none is running, remove $home/.building and try again." >&2
    exit 1
}

# Builds where nothing is built yet, or where a source has changed since. Sets $fresh where it was the first build.
build_if_needed() {
    local changed
    in_checkout || return 0
    if ! built; then
        alone
        built && return 0
        build "Building Posthorse; the first time Maven brings libraries, and it takes a minute or two." || exit 1
        fresh=yes # for bin/posthorse
        return 0
    fi
    changed=$(changed_source)
    [ -n "$changed" ] || return 0
    if [ ! -w "$home/cli/target" ] || ! command -v mvn >/dev/null; then
        echo "${changed#"$home"/} is newer than what is built here, which cannot be built again: no Maven, or no right to write. The" \
            "older build runs." >&2
        return 0
    fi
    alone
    changed=$(changed_source)
    [ -z "$changed" ] || build "${changed#"$home"/} has changed; building Posthorse again." || exit 1
}

# Builds modules that are no part of the server, their tests left out, where a source of theirs or of the server has changed since.
build_beside() { # build_beside <module> ...
    local module beside stamp status places=()
    build_if_needed
    build_ended
    stamp="$home/target/built-$(echo "$*" | tr ' /' '_-')"
    for module in "$@"; do places+=("$home/$module"); done
    [ -f "$stamp" ] || stamp=$(echo "$home/$1"/target/posthorse-*[0-9T].jar) # built by Maven, perhaps
    ! is_newer_than_all "$stamp" "${places[@]}" || return 0
    alone
    if is_newer_than_all "$stamp" "${places[@]}"; then # another process has built it meanwhile
        build_ended
        return 0
    fi
    echo "Building $*." >&2
    beside=$(echo "$*" | tr ' ' ',')
    mkdir -p "$home/target"
    stamp="$home/target/built-$(echo "$*" | tr ' /' '_-')"
    touch "$stamp.began"
    pushd "$home" >/dev/null
    . bin/edited.sh
    maven_of_edited target/build.log -DskipTests -pl "$beside" -am package
    popd >/dev/null
    if [ $status -ne 0 ]; then
        grep '^\[ERROR\]' "$home/target/build.log" | head -20 >&2
        echo "The build failed; the lines above say why, all of it is in $home/target/build.log." >&2
        exit 1
    fi
    mv "$stamp.began" "$stamp"
    build_ended
}

# Whether a file is newer than the sources of the server and all in some directories.
is_newer_than_all() { # is_newer_than_all <file> <directory> ...
    local stamp=$1
    shift
    [ -f "$stamp" ] && [ -z "$(changed_source "$stamp")" ] &&
        [ -z "$(find "$@" -name target -prune -o -newer "$stamp" ! -name '.*' -print 2>/dev/null | head -1)" ]
}

build_ended() {
    [ -n "$building" ] || return 0
    trap - EXIT TERM INT
    rm -rf "$home/.building"
    building=
    unset POSTHORSE_BUILDING
}

# Prints the commit that is checked out, shortened, without starting a program; nothing where there is none.
commit() {
    local git="$home/.git" head line
    if [ -f "$git" ]; then # a work tree beside others
        read -r line <"$git" || true
        git=${line#gitdir: }
    fi
    [ -f "$git/HEAD" ] && read -r head <"$git/HEAD" || return 0
    case $head in "ref: "*)
        line=${head#ref: } head=
        [ ! -f "$git/commondir" ] || git=$git/$(cat "$git/commondir")
        if [ -f "$git/$line" ]; then
            read -r head <"$git/$line" || true
        elif [ -f "$git/packed-refs" ]; then
            head=$(grep " $line\$" "$git/packed-refs" || true)
        fi
        ;;
    esac
    echo "${head:0:10}"
}
