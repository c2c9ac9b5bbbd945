package io.posthorse.load;

import java.util.LinkedHashMap;
import java.util.Map;

/** The fields of a send request, with their short names, as a Java producer writes them. */
public final class SendFields {
    /** Properties of the message: a key, the client's id of the message, a tag. */
    public static final String PROPERTIES =
            "KEYS\u0001order-4711\u0002UNIQ_KEY\u0001AC11000100017A81616E2B1E5C7B0000\u0002"
            + "WAIT\u0001true\u0002TAGS\u0001red";

    private SendFields() {}

    /** Returns the fields of a send to a queue of a topic. */
    public static Map<String, String> of(String topic, int queue) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("a", "BenchmarkProducers");
        fields.put("b", topic);
        fields.put("c", "TBW102");
        fields.put("d", "4");
        fields.put("e", Integer.toString(queue));
        fields.put("f", "0");
        fields.put("g", "1700000000000");
        fields.put("h", "0");
        fields.put("i", PROPERTIES);
        fields.put("j", "0");
        fields.put("k", "false");
        fields.put("m", "false");
        return fields;
    }
}
