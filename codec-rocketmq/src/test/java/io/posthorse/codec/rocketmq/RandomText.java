package io.posthorse.codec.rocketmq;

import java.util.Random;

/** Random text of difficult characters: quotes, separators, control characters, two to four bytes, surrogates. */
final class RandomText {
    private static final int[] POINTS = "ab01 \"\\\n\r\t\b\f\u0000\u0001\u0002\u001f\u007fé中/{}[]:,😀\uffff"
            .codePoints().toArray();

    private RandomText() {}

    static String of(Random random, int lengthMax) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(lengthMax); i > 0; i--) {
            text.appendCodePoint(POINTS[random.nextInt(POINTS.length)]);
        }
        return text.toString();
    }
}
