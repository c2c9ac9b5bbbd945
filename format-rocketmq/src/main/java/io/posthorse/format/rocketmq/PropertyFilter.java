package io.posthorse.format.rocketmq;

import io.posthorse.broker.ContentFilter;
import io.posthorse.broker.TagFilter;
import io.posthorse.codec.rocketmq.PropertyScanner;
import io.posthorse.codec.rocketmq.StoredMessage;
import io.posthorse.filter.Expression;
import io.posthorse.filter.Properties;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A filter that chooses messages by an expression over their properties. */
public final class PropertyFilter implements TagFilter {
    private final Expression expression;
    private final String[] names;
    private final byte[][] nameBytes;

    public PropertyFilter(Expression expression) {
        this.expression = expression;
        this.names = expression.names().toArray(String[]::new);
        this.nameBytes = Arrays.stream(names)
                .map(n -> n.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
    }

    @Override
    public boolean matches(int tag) {
        return true;
    }

    @Override
    public ContentFilter content() {
        return new Content();
    }

    /**
     * The filter of one read. It scans the properties of a message once and notes the positions of the wanted ones; a value
     * becomes a string when the expression asks for it. An empty value counts as missing, since clients do not see it
     * either.
     */
    private final class Content implements ContentFilter, Properties {
        /** Bytes that one read may scan or pass to the expression, about 5 ms. */
        private static final long WORK_MAX = 4L << 20;

        private final PropertyScanner scanner = new PropertyScanner();
        private final int[] starts = new int[names.length];
        private final int[] lengths = new int[names.length];
        private final String[] values = new String[names.length];
        private byte[] text = new byte[512];
        private long work;

        @Override
        public boolean matches(ByteBuffer bytes, int at, int length) {
            int properties = length > bytes.capacity() - at ? -1 : StoredMessage.propertiesLength(bytes, at, length);
            if (properties < 0) {
                return false;
            }
            int size = bytes.getShort(properties) & 0xFFFF;
            if (size > text.length) {
                text = new byte[size];
            }
            bytes.get(properties + 2, text, 0, size);
            find(size);
            return expression.matches(this);
        }

        private void find(int size) {
            Arrays.fill(lengths, 0);
            Arrays.fill(values, null);
            work += size;
            scanner.of(text, 0, size);
            while (scanner.next()) {
                work += names.length;
                for (int i = 0; i < names.length; i++) {
                    if (scanner.valueLength() > 0 && scanner.is(nameBytes[i])) {
                        starts[i] = scanner.value();
                        lengths[i] = scanner.valueLength();
                    }
                }
            }
        }

        @Override
        public String value(String name) {
            int i = 0;
            while (!names[i].equals(name)) {
                i++;
            }
            work += lengths[i] + i;
            if (values[i] == null && lengths[i] > 0) {
                values[i] = new String(text, starts[i], lengths[i], StandardCharsets.UTF_8);
            }
            return values[i];
        }

        @Override
        public boolean isSpent() {
            return work > WORK_MAX;
        }
    }
}
