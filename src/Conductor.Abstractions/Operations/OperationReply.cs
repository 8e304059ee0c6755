namespace Conductor.Operations;

/// <summary>A chat model's answer to an operation's prompt.</summary>
/// <param name="Text">The text, without white space at its ends: what a stream gave out, put together. For a structured operation: JSON that already fits the reply schema.</param>
/// <param name="FinishReason">`stop`, `length`, `content_filter` or `tool_calls`; null where the model did not say.</param>
public sealed record OperationReply(string Text, string? FinishReason)
{
    /// <summary>What the operation had to leave out or mend, a sentence each; told to the caller as `metadata.notices`.</summary>
    public IList<string> Notices { get; } = new List<string>();
}
