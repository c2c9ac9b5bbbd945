package io.posthorse.codec.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apache.rocketmq.v2.MQDomain;
import apache.rocketmq.v2.MQService;
import apache.rocketmq.v2.MessagingServiceGrpc;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The definition and the table of calls equal the published ones: names, numbers and types are the protocol. */
class MessagingProtoTest {
    @Test
    void everyMessageAndNumberEqualsThePublishedOne() {
        Map<String, String> published = new TreeMap<>();
        shapes(MQDomain.getDescriptor().toProto(), published);
        shapes(MQService.getDescriptor().toProto(), published);
        Map<String, String> own = new TreeMap<>();
        shapes(Messaging.getDescriptor().toProto(), own);

        assertTrue(published.size() > 70, "only " + published.size() + " shapes");
        published.forEach((name, shape) -> assertEquals(shape, own.get(name), name));
        assertEquals(published.keySet(), own.keySet());
    }

    @Test
    void everyCallEqualsThePublishedOne() {
        Map<String, MethodType> published = MessagingServiceGrpc.getServiceDescriptor().getMethods().stream()
                .collect(Collectors.toMap(MethodDescriptor::getFullMethodName, MethodDescriptor::getType));
        Map<String, MethodType> own = MessagingMethods.service().getMethods().stream()
                .collect(Collectors.toMap(MethodDescriptor::getFullMethodName, MethodDescriptor::getType));

        assertEquals(published, own);
        for (MethodDescriptor<?, ?> call : MessagingMethods.service().getMethods()) {
            var service = Messaging.getDescriptor().findServiceByName("MessagingService");
            var defined = service.findMethodByName(call.getBareMethodName());
            assertEquals(defined.getInputType(), type(call.getRequestMarshaller()), call.getFullMethodName());
            assertEquals(defined.getOutputType(), type(call.getResponseMarshaller()), call.getFullMethodName());
        }
    }

    private static Object type(MethodDescriptor.Marshaller<?> marshaller) {
        var messages = (MethodDescriptor.PrototypeMarshaller<?>) marshaller;
        return ((com.google.protobuf.Message) messages.getMessagePrototype()).getDescriptorForType();
    }

    private static void shapes(FileDescriptorProto file, Map<String, String> into) {
        file.getMessageTypeList().forEach(m -> shape(m.getName(), m, into));
        file.getEnumTypeList().forEach(e -> into.put(e.getName(), values(e)));
    }

    private static void shape(String name, DescriptorProto message, Map<String, String> into) {
        var fields = message.getFieldList().stream().map(f -> field(message, f)).sorted();
        into.put(name, fields.collect(Collectors.joining("; ")));
        message.getNestedTypeList().forEach(m -> shape(name + "." + m.getName(), m, into));
        message.getEnumTypeList().forEach(e -> into.put(name + "." + e.getName(), values(e)));
    }

    private static String field(DescriptorProto message, FieldDescriptorProto f) {
        String one = f.hasOneofIndex() ? " in " + message.getOneofDecl(f.getOneofIndex()).getName() : "";
        return f.getLabel() + " " + f.getType() + " " + f.getTypeName() + " " + f.getName() + "=" + f.getNumber() + one;
    }

    private static String values(EnumDescriptorProto e) {
        return e.getValueList().stream().map(v -> v.getName() + "=" + v.getNumber()).collect(Collectors.joining("; "));
    }
}
