package io.posthorse.clustertest.history;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Events as lines of text, in which the programs of the load hand them over. */
public final class EventLines {
    private static final Map<String, Class<?>> TYPES = Arrays.stream(Event.class.getPermittedSubclasses())
            .collect(Collectors.toMap(Class::getSimpleName, Function.identity()));

    private EventLines() {
    }

    /** Returns the line of an event, without its end. */
    public static String format(Event event) {
        StringBuilder line = new StringBuilder(event.getClass().getSimpleName());
        try {
            for (RecordComponent component : event.getClass().getRecordComponents()) {
                line.append('\t').append(text(component.getAccessor().invoke(event)));
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        return line.toString();
    }

    /** Returns the event of a line; fails where it is none. */
    public static Event parse(String line) {
        String[] fields = line.split("\t", -1);
        Class<?> type = TYPES.get(fields[0]);
        RecordComponent[] components = type == null ? new RecordComponent[0] : type.getRecordComponents();
        if (type == null || fields.length != components.length + 1) {
            throw new IllegalArgumentException("no event: " + line);
        }
        try {
            Object[] values = new Object[components.length];
            Class<?>[] types = new Class<?>[components.length];
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                values[i] = value(types[i], fields[i + 1]);
            }
            return (Event) type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("no event: " + line, e);
        }
    }

    private static String text(Object value) {
        return value instanceof Place place ? place.topic() + " " + place.partition()
                : value.toString().replace('\t', ' ').replace('\n', ' ').replace('\r', ' ');
    }

    private static Object value(Class<?> type, String text) {
        if (type == long.class) {
            return Long.parseLong(text);
        }
        if (type == int.class) {
            return Integer.parseInt(text);
        }
        if (type == Place.class) {
            int space = text.lastIndexOf(' ');
            return new Place(text.substring(0, space), Integer.parseInt(text.substring(space + 1)));
        }
        if (type == Way.class) {
            return Way.valueOf(text);
        }
        return type == Event.Decision.class ? Event.Decision.valueOf(text) : text;
    }
}
