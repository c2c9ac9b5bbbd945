package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FieldCodecTest {
    private static String hex(SubscriptionSettings settings) {
        ByteBuffer out = ByteBuffer.allocate(FieldCodec.size(settings));
        FieldCodec.put(out, settings);
        assertEquals(0, out.remaining());
        return HexFormat.of().formatHex(out.array());
    }

    private static SubscriptionSettings read(String hex) {
        ByteBuffer in = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        SubscriptionSettings settings = FieldCodec.subscriptionSettings(in);
        assertEquals(0, in.remaining());
        return settings;
    }

    @Test
    void settingsWithoutAttributesKeepTheirBytes() {
        String before = "01" + "01" + "01" + "00" + "00000001" + "00000010" + "01";
        assertEquals(before, hex(SubscriptionSettings.STANDARD));
        assertEquals(SubscriptionSettings.STANDARD, read(before));
        assertEquals(false, read("00" + before.substring(2)).consumeEnabled());
    }

    @Test
    void attributesSurviveEncodingAndDecoding() {
        TreeMap<String, String> attributes = new TreeMap<>(Map.of("a", "", "键", "值"));
        for (boolean enabled : new boolean[] {true, false}) {
            SubscriptionSettings settings =
                    SubscriptionSettings.ofOffsets(enabled, false, true, true, 3, -1, false, attributes);
            assertEquals(settings, read(hex(settings)));
        }
    }
}
