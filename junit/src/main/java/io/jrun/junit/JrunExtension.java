// SPDX-License-Identifier: Apache-2.0
package io.jrun.junit;

import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * What {@link OciBundle} registers: one container for each test, kept in that test's store, which
 * closes it when the test is over.
 */
public final class JrunExtension implements BeforeEachCallback, ParameterResolver {

  private static final Namespace NAMESPACE = Namespace.create(JrunExtension.class);

  /** For JUnit, which makes it. */
  public JrunExtension() {}

  @Override
  public void beforeEach(ExtensionContext context) {
    container(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Container.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    if (context.getTestMethod().isEmpty()) {
      throw new ExtensionConfigurationException(
          "a container belongs to a test: take it as a parameter of the test, or of a @BeforeEach or"
              + " @AfterEach method, and not of a constructor");
    }
    return container(context);
  }

  private static Container container(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .computeIfAbsent(
            context.getUniqueId(), id -> Container.start(annotation(context)), Container.class);
  }

  /** The test's own, else that of its class, else that of the classes it is nested in. */
  private static OciBundle annotation(ExtensionContext context) {
    Optional<OciBundle> found =
        AnnotationSupport.findAnnotation(context.getElement(), OciBundle.class);
    for (Class<?> type = context.getRequiredTestClass();
        found.isEmpty() && type != null;
        type = type.getEnclosingClass()) {
      found = AnnotationSupport.findAnnotation(type, OciBundle.class);
    }
    return found.orElseThrow(
        () ->
            new ExtensionConfigurationException(
                "neither the test nor its class has an annotation @OciBundle"));
  }
}
