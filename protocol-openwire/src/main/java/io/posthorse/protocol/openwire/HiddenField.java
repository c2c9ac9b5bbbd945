package io.posthorse.protocol.openwire;

import java.lang.reflect.Field;

/**
 * A private field of the client library. This is the only reflection of the module: on names in this code, never on a name
 * that came over the wire.
 */
final class HiddenField {
    private final Field field;

    /** @throws IllegalStateException where the library is another release, without such a field */
    HiddenField(Class<?> of, String name) {
        try {
            field = of.getDeclaredField(name);
            field.setAccessible(true);
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(
                    of.getName() + " has no field " + name + ": Posthorse does not support this release of the library.", e);
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
