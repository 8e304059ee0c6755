namespace Conductor.Schemas;

/// <summary>One thing that a value does against its schema.</summary>
/// <param name="Path">Where, as `parameters.max_sentences` or `models[2].id`; empty for the root. A name that is no plain word stands as `aliases["openai/*"]`.</param>
/// <param name="Message">What is wrong and what is allowed, to be read after the path: `must be at most 2; it is 3`.</param>
public sealed record SchemaViolation(string Path, string Message)
{
    /// <summary>Path and message in one line.</summary>
    public override string ToString() => Path.Length == 0 ? Message : $"{Path}: {Message}";
}
