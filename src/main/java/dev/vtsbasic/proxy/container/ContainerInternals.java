package dev.vtsbasic.proxy.container;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads non-public fields of containers' classes, and calls their methods without parameters, by reflection. Each
 * member is looked up once, because every request needs it. Safe for any number of threads.
 */
final class ContainerInternals {
    private static final Map<Name, Field> FIELDS = new ConcurrentHashMap<>();
    private static final Map<Name, Method> METHODS = new ConcurrentHashMap<>();

    private record Name(Class<?> type, String name) {}

    private ContainerInternals() {}

    static Object valueOf(String name, Object object) throws ReflectiveOperationException {
        return field(name, object.getClass()).get(object);
    }

    static Object invoke(String name, Object object) throws ReflectiveOperationException {
        return method(name, object.getClass()).invoke(object);
    }

    static Field field(String name, Class<?> type) throws NoSuchFieldException {
        Field known = FIELDS.get(new Name(type, name));
        if (known != null) {
            return known;
        }
        for (Class<?> declaring = type; declaring != null; declaring = declaring.getSuperclass()) {
            for (Field field : declaring.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    FIELDS.put(new Name(type, name), field);
                    return field;
                }
            }
        }
        throw new NoSuchFieldException(name);
    }

    static Method method(String name, Class<?> type) throws NoSuchMethodException {
        Method known = METHODS.get(new Name(type, name));
        if (known != null) {
            return known;
        }
        for (Class<?> declaring = type; declaring != null; declaring = declaring.getSuperclass()) {
            for (Method method : declaring.getDeclaredMethods()) {
                if (method.getName().equals(name) && method.getParameterCount() == 0) {
                    method.setAccessible(true);
                    METHODS.put(new Name(type, name), method);
                    return method;
                }
            }
        }
        throw new NoSuchMethodException(name);
    }
}
