# Sourced by examples/run.
built "$app" || build examples/flash-sale
java_app flash-sale io.posthorse.example.flashsale.FlashSaleApplication "$@"
await_port 8302 60 "The application"
echo
echo "Open http://127.0.0.1:8302, or: curl -X POST http://127.0.0.1:8302/rush. Ctrl-C ends everything."
wait "${started[${#started[@]}-1]}"
