package io.posthorse.embedded;

import java.util.function.Consumer;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * The extension behind {@link EmbeddedBroker}, for direct registration: as a static field with {@code @RegisterExtension}
 * for one broker per class, as an instance field for one per test.
 */
public final class EmbeddedBrokerExtension
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final ExtensionContext.Namespace OURS = ExtensionContext.Namespace.create(EmbeddedBroker.class);

    private final Consumer<BrokerBuilder> configuration;
    private volatile Broker current;

    /**
     * Creates an extension with a broker as {@link Broker#start} starts it, or as the annotation says where there is one.
     */
    public EmbeddedBrokerExtension() {
        this(null);
    }

    private EmbeddedBrokerExtension(Consumer<BrokerBuilder> configuration) {
        this.configuration = configuration;
    }

    /** Creates an extension with settings, such as {@code with(b -> b.setting("maxMessageSize", "1024"))}. */
    public static EmbeddedBrokerExtension with(Consumer<BrokerBuilder> configuration) {
        return new EmbeddedBrokerExtension(configuration);
    }

    /**
     * Returns the broker, while the test or class for which it was registered runs.
     *
     * @throws IllegalStateException before and after
     */
    public Broker broker() {
        Broker broker = current;
        if (broker == null) {
            throw new IllegalStateException("The broker runs only while tests of the class run, and none runs now. Call this"
                    + " in a test or in a lifecycle method, not in a field's initial value.");
        }
        return broker;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        begin(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        begin(context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        end(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        end(context);
    }

    /** Starts the broker unless an outer context has done so: a store also returns the entries of its parents. */
    private void begin(ExtensionContext context) {
        ExtensionContext.Store store = context.getStore(OURS);
        if (store.get(this) == null) {
            Broker broker = builder(context.getRequiredTestClass()).start();
            store.put(this, broker);
            current = broker;
        }
    }

    private BrokerBuilder builder(Class<?> test) {
        BrokerBuilder builder = Broker.builder();
        if (configuration != null) {
            configuration.accept(builder);
            return builder;
        }
        AnnotationSupport.findAnnotation(test, EmbeddedBroker.class).ifPresent(annotation -> {
            builder.settings(annotation.settings()).topics(annotation.topics());
            if (annotation.memory()) {
                builder.preferMemory();
            }
        });
        return builder;
    }

    /** Closes the broker in the context that started it: a store removes only its own entries. */
    private void end(ExtensionContext context) {
        Broker own = context.getStore(OURS).remove(this, Broker.class);
        if (own != null) {
            current = null;
            own.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Broker.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return broker();
    }
}
