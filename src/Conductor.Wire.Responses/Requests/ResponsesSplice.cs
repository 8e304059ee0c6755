namespace Conductor.Wire.Responses;

/// <summary>Changes the few members of a request that a gateway must change, and leaves every other byte as it came.</summary>
public static class ResponsesSplice
{
    /// <summary>The same body with another model and without Conductor's member `provider`.</summary>
    /// <param name="body">The body that <paramref name="peek"/> was read from.</param>
    /// <param name="peek">Where its members stand.</param>
    /// <param name="model">The target's own name of the model.</param>
    public static ReadOnlyMemory<byte> Apply(ReadOnlySpan<byte> body, ResponsesPeek peek, string model)
    {
        ArgumentNullException.ThrowIfNull(peek);
        return ModelSplice.Apply(body, peek.ModelSpan, peek.ProviderSpan, model);
    }
}
