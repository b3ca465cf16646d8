package dev.vtsbasic.testing;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/** Adds the {@link Evidence} to each failure, so that the report explains it without another run. */
public final class FailureReport
        implements BeforeAllCallback,
                AfterAllCallback,
                BeforeEachCallback,
                AfterEachCallback,
                TestExecutionExceptionHandler,
                LifecycleMethodExecutionExceptionHandler,
                InvocationInterceptor {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(FailureReport.class);

    /** The evidence as a suppressed exception, which every report prints. */
    private static final class Seen extends Exception {
        private static final long serialVersionUID = 1L;

        Seen(String text) {
            super(text, null, false, false);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        // The store also looks up values in the store of the enclosing class.
        context.getStore(NAMESPACE).put(Evidence.class, Evidence.begin(of(context)));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Evidence.end();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        of(context).keep();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        of(context).forget();
    }

    @Override
    public void interceptDynamicTest(
            Invocation<Void> test, DynamicTestInvocationContext dynamic, ExtensionContext context) throws Throwable {
        try {
            test.proceed();
        } catch (Throwable failure) {
            throw explained(failure, context);
        } finally {
            of(context).forget();
        }
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw explained(failure, context);
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw explained(failure, context);
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw explained(failure, context);
    }

    private static Evidence of(ExtensionContext context) {
        return context.getStore(NAMESPACE).get(Evidence.class, Evidence.class);
    }

    private static Throwable explained(Throwable failure, ExtensionContext context) {
        String text = of(context).text();
        if (!(failure instanceof TestAbortedException) && !text.isEmpty()) {
            failure.addSuppressed(new Seen("what the test saw:" + text));
        }
        return failure;
    }
}
