package io.posthorse.nameserver;

import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue.Obj;
import io.posthorse.codec.rocketmq.JsonWriter;

/** The version of a broker's topic table, as the broker counts it. */
record DataVersion(long stateVersion, long timestamp, long counter) {
    static final DataVersion NONE = new DataVersion(0, 0, 0);

    static DataVersion of(Obj json) {
        return new DataVersion(json.number("stateVersion", 0), json.number("timestamp", 0), json.number("counter", 0));
    }

    static DataVersion of(byte[] json) {
        return json.length == 0 ? NONE : of(JsonReader.read(json).asObject());
    }

    byte[] json() {
        return new JsonWriter()
                .beginObject()
                .name("counter").value(counter)
                .name("stateVersion").value(stateVersion)
                .name("timestamp").value(timestamp)
                .endObject()
                .bytes();
    }
}
