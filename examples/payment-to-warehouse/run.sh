# Sourced by examples/run.
built "$app" || build examples/payment-to-warehouse
java_app payment-to-warehouse io.posthorse.example.paymenttowarehouse.PaymentToWarehouseApplication \
    --example.data="$data" "$@"
await_port 8306 60 "The application"
echo
echo "Try: curl -X PUT 'http://127.0.0.1:8306/orders/1?sku=horse&count=1', then curl 'http://127.0.0.1:8306/sendResult?orderId=1',"
echo "then curl http://127.0.0.1:8306/orders. Ctrl-C ends everything."
wait "${started[${#started[@]}-1]}"
