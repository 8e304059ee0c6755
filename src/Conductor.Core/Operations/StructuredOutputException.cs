using Microsoft.Extensions.AI;

namespace Conductor.Operations;

/// <summary>A model gave no answer of the asked-for shape, and asking once more did not help. The message never holds the answer's text.</summary>
public sealed class StructuredOutputException : Exception
{
    /// <summary>Failures are counted as provider, model, network or parsing; this is parsing.</summary>
    public const string Category = "parsing";

    internal StructuredOutputException(string mistake, IReadOnlyList<ChatResponse> responses)
        : base($"The model's answer does not have the asked-for shape{(responses.Count > 1 ? ", and neither has its second" : "")}: {mistake}")
    {
        Mistake = mistake;
        Responses = responses;
    }

    /// <summary>What is wrong with the last answer.</summary>
    public string Mistake { get; }

    /// <summary>The answers, for what they cost.</summary>
    public IReadOnlyList<ChatResponse> Responses { get; }
}
