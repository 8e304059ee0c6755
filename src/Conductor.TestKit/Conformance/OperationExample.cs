namespace Conductor.TestKit;

/// <summary>What goes into an operation and what comes out, for the checks that need one.</summary>
/// <param name="Request">`{text, language, parameters, context}` as JSON text; fits the request schema.</param>
/// <param name="Reply">What a chat model answers to the prompt: JSON text that fits the reply schema, or plain text. Null for an operation without a prompt.</param>
public sealed record OperationExample(string Request, string? Reply = null);
