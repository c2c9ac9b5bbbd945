package io.posthorse.protocol.openwire;

import java.lang.reflect.Field;

/**
 * A field of the client library that it does not give out. The only reflection here: on names that stand in this code,
 * never on one that came over the wire.
 */
final class HiddenField {
    private final Field field;

    /** @throws IllegalStateException where the library is another release, which has no such field */
    HiddenField(Class<?> of, String name) {
        try {
            field = of.getDeclaredField(name);
            field.setAccessible(true);
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(
                    of.getName() + " has no field " + name + ": this is not the release of it that Posthorse knows.", e);
        }
    }

    Object get(Object from) {
        try {
            return field.get(from);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    void set(Object in, Object value) {
        try {
            field.set(in, value);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
