package io.posthorse.protocol.openwire;

import java.io.DataInput;
import java.io.IOException;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ConnectionError;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.DataStructure;
import org.apache.activemq.command.ExceptionResponse;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.command.TransactionId;
import org.apache.activemq.openwire.BooleanStream;
import org.apache.activemq.openwire.DataStreamMarshaller;
import org.apache.activemq.openwire.OpenWireFormat;

/**
 * The guards of the codec: keep it from creating exceptions of a class that a peer names. Three structures carry one. Two
 * of them are never valid from a client and are refused; of the third, an acknowledgement with the cause of a failure, name
 * and message of the exception are read as text. Structures can be nested, so the codec's own table is changed.
 */
final class Guards {
    private static final HiddenField TABLE = new HiddenField(OpenWireFormat.class, "dataMarshallers");

    private Guards() {}

    /** Installs the guards; must be called again after the format's version was changed. */
    static void install(OpenWireFormat format) {
        DataStreamMarshaller[] shared = (DataStreamMarshaller[]) TABLE.get(format);
        DataStreamMarshaller[] table = shared.clone(); // a client in the same process uses the shared table
        table[ExceptionResponse.DATA_STRUCTURE_TYPE] = new WriteOnly(table[ExceptionResponse.DATA_STRUCTURE_TYPE]);
        table[ConnectionError.DATA_STRUCTURE_TYPE] = new WriteOnly(table[ConnectionError.DATA_STRUCTURE_TYPE]);
        table[MessageAck.DATA_STRUCTURE_TYPE] = new Acknowledgements(table[MessageAck.DATA_STRUCTURE_TYPE]);
        TABLE.set(format, table);
    }

    /** The cause of a failure, as the client states it. */
    static final class FailureCause extends Exception {
        FailureCause(String what) {
            super(what, null, false, false);
        }

        @Override
        @SuppressWarnings("OverrideThrowableToString") // the client shows this text
        public String toString() {
            return getMessage();
        }
    }

    private static class WriteOnly implements DataStreamMarshaller {
        private final DataStreamMarshaller inner;

        WriteOnly(DataStreamMarshaller inner) {
            this.inner = inner instanceof WriteOnly wrapped ? wrapped.inner : inner;
        }

        @Override
        public byte getDataStructureType() {
            return inner.getDataStructureType();
        }

        @Override
        public DataStructure createObject() {
            return inner.createObject();
        }

        @Override
        public int tightMarshal1(OpenWireFormat format, Object value, BooleanStream bits) throws IOException {
            return inner.tightMarshal1(format, value, bits);
        }

        @Override
        public void tightMarshal2(OpenWireFormat format, Object value, java.io.DataOutput out, BooleanStream bits)
                throws IOException {
            inner.tightMarshal2(format, value, out, bits);
        }

        @Override
        public void looseMarshal(OpenWireFormat format, Object value, java.io.DataOutput out) throws IOException {
            inner.looseMarshal(format, value, out);
        }

        @Override
        public void tightUnmarshal(OpenWireFormat format, Object value, DataInput in, BooleanStream bits)
                throws IOException {
            throw refused();
        }

        @Override
        public void looseUnmarshal(OpenWireFormat format, Object value, DataInput in) throws IOException {
            throw refused();
        }

        private IOException refused() {
            return new IOException("Clients must not send structures of type " + getDataStructureType() + ".");
        }
    }

    /** Reads all fields as the codec does, except the exception. */
    private static final class Acknowledgements extends WriteOnly {
        Acknowledgements(DataStreamMarshaller inner) {
            super(inner);
        }

        @Override
        public void looseUnmarshal(OpenWireFormat format, Object value, DataInput in) throws IOException {
            MessageAck ack = (MessageAck) value;
            ack.setCommandId(in.readInt());
            ack.setResponseRequired(in.readBoolean());
            ack.setDestination((ActiveMQDestination) format.looseUnmarshalNestedObject(in));
            ack.setTransactionId((TransactionId) format.looseUnmarshalNestedObject(in));
            ack.setConsumerId((ConsumerId) format.looseUnmarshalNestedObject(in));
            ack.setAckType(in.readByte());
            ack.setFirstMessageId((MessageId) format.looseUnmarshalNestedObject(in));
            ack.setLastMessageId((MessageId) format.looseUnmarshalNestedObject(in));
            ack.setMessageCount(in.readInt());
            if (format.getVersion() >= 7 && in.readBoolean()) {
                String name = in.readBoolean() ? in.readUTF() : "";
                String message = in.readBoolean() ? in.readUTF() : null;
                ack.setPoisonCause(new FailureCause(message == null ? name : name + ": " + message));
            }
        }
    }
}
