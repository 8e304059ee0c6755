namespace Conductor.Wire.Ollama;

/// <summary>Changes the few members of a request that a gateway must change, and leaves every other byte as it came.</summary>
public static class OllamaSplice
{
    /// <summary>The same body with another model and without Conductor's member `provider`.</summary>
    /// <param name="body">The body that the places were read from.</param>
    /// <param name="modelSpan">Where the value of `model` stands; (0, 0) where it does not.</param>
    /// <param name="providerSpan">Where the member `provider` stands; (0, 0) where it does not.</param>
    /// <param name="model">The target's own name of the model.</param>
    public static ReadOnlyMemory<byte> Apply(ReadOnlySpan<byte> body, (int Start, int Length) modelSpan, (int Start, int Length) providerSpan, string model) =>
        ModelSplice.Apply(body, modelSpan, providerSpan, model);
}
