# Sourced by examples/run.
built "$app" || build examples/database-queue
java_app comparison io.posthorse.example.databasequeue.Comparison "${@:-127.0.0.1:9876}"
wait "${started[${#started[@]}-1]}"
