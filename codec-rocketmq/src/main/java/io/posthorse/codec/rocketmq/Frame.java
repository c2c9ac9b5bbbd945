package io.posthorse.codec.rocketmq;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * One remoting command, request or response, as plain values: the form that all code except the hot path uses.
 *
 * @param code request code, or response code where {@link #isResponse()}
 * @param language ordinal of the sender's language (JAVA 0, CPP 1, ...), 7 (OTHER) where it is unknown
 * @param version ordinal of the sender's version (5.5.0 is 513)
 * @param opaque number that relates a response to its request; each side has its own sequence
 * @param flag bit 0 response, bit 1 one-way
 * @param remark human-readable text, or null
 * @param fields header fields by name, in wire order; values are never null
 * @param body bytes behind the header, empty where there are none; never null
 * @param binary whether the header is in the binary form (else JSON); a response uses its request's form
 */
public record Frame(
        int code,
        int language,
        int version,
        int opaque,
        int flag,
        String remark,
        Map<String, String> fields,
        byte[] body,
        boolean binary) {

    /** The version that this side reports: 5.5.0, which each client from 4.4 on regards as recent enough. */
    public static final int VERSION = 513;

    public static final int JAVA = 0;
    public static final int FLAG_RESPONSE = 1;
    public static final int FLAG_ONE_WAY = 2;
    private static final byte[] NO_BODY = {};

    public boolean isResponse() {
        return (flag & FLAG_RESPONSE) != 0;
    }

    public boolean isOneWay() {
        return (flag & FLAG_ONE_WAY) != 0;
    }

    /** Returns the response to this request: same opaque, same header form. */
    public Frame answer(int responseCode, String text, Map<String, String> responseFields, byte[] responseBody) {
        return new Frame(
                responseCode, JAVA, VERSION, opaque, FLAG_RESPONSE, text, responseFields, responseBody, binary);
    }

    /** Returns a successful response with header fields and no body. */
    public Frame ok(Map<String, String> responseFields) {
        return answer(ResponseCode.SUCCESS, null, responseFields, NO_BODY);
    }

    /** Returns a successful response with a body and no header fields. */
    public Frame ok(byte[] responseBody) {
        return answer(ResponseCode.SUCCESS, null, Map.of(), responseBody);
    }

    /** Returns a refusal; the text says what happened and what to do. */
    public Frame refuse(int responseCode, String text) {
        return answer(responseCode, text, Map.of(), NO_BODY);
    }

    /** Returns a request to a client that needs no answer. */
    public static Frame oneWay(int requestCode, int opaque, Map<String, String> requestFields) {
        return oneWay(requestCode, opaque, requestFields, NO_BODY);
    }

    /** Returns a request with a body to a client that needs no answer. */
    public static Frame oneWay(int requestCode, int opaque, Map<String, String> requestFields, byte[] requestBody) {
        return new Frame(requestCode, JAVA, VERSION, opaque, FLAG_ONE_WAY, null, requestFields, requestBody, false);
    }

    /** Returns the same request without some fields. */
    public Frame without(Set<String> names) {
        if (fields.keySet().stream().noneMatch(names::contains)) {
            return this;
        }
        Map<String, String> left = new LinkedHashMap<>(fields);
        left.keySet().removeAll(names);
        return new Frame(code, language, version, opaque, flag, remark, left, body, binary);
    }

    /** Returns the same command with another value of a field. */
    public Frame with(String name, String value) {
        Map<String, String> changed = new LinkedHashMap<>(fields);
        changed.put(name, value);
        return new Frame(code, language, version, opaque, flag, remark, changed, body, binary);
    }

    /** Returns a request without fields and body, which is enough for an answer and takes little memory. */
    public Frame withoutContent() {
        return new Frame(code, language, version, opaque, flag, null, Map.of(), NO_BODY, binary);
    }

    /** Returns a field's value, or null. */
    public String field(String name) {
        return fields.get(name);
    }

    /**
     * Returns a required field.
     *
     * @throws MalformedFrameException where the field is missing
     */
    public String require(String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new MalformedFrameException("request " + code + " lacks the field " + name);
        }
        return value;
    }

    /**
     * Returns a decimal field, or {@code otherwise} where it is missing.
     *
     * @throws MalformedFrameException where it is not a number
     */
    public long number(String name, long otherwise) {
        String value = fields.get(name);
        if (value == null || value.isEmpty()) {
            return otherwise;
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new MalformedFrameException("request " + code + ": field " + name + " is not a number");
        }
    }
}
