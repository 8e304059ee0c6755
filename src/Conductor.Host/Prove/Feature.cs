using Conductor.Calls;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Prove;

/// <summary>One thing that a conversation or an answer can hold, and how to see whether it is still there.</summary>
/// <typeparam name="TMade">What is made: a request or an answer.</typeparam>
/// <param name="Name">For the matrix.</param>
/// <param name="Add">Adds it to what is being made.</param>
/// <param name="See">What is there of it, as text; empty for nothing.</param>
/// <param name="Words">Words of which a loss's name has one, when this was lost. A loss under another name is not declared.</param>
internal sealed record Feature<TMade>(string Name, Action<TMade, Samples> Add, Func<TMade, string> See, params string[] Words)
{
    /// <summary>For what a caller need not understand, but must be able to send back with the next turn: it is looked for there, after Conductor has read that.</summary>
    public bool IsReplayed { get; init; }
}

/// <summary>What came of one feature on one way.</summary>
internal enum Outcome
{
    /// <summary>The caller's dialect (the target's, for answers) cannot say it, so there is nothing to lose.</summary>
    NotOffered,

    /// <summary>It arrived as it was.</summary>
    Pass,

    /// <summary>It was changed or left out, and the caller is told under its name.</summary>
    Loss,

    /// <summary>The request was refused before anything was asked, with the member's name.</summary>
    Refused,

    /// <summary>It arrived otherwise or not at all, and nobody said so; or a reader or writer broke.</summary>
    Fail,
}

/// <summary>A request while it is being made: the messages are a list that grows.</summary>
internal static class RequestMaking
{
    public static ChatRequest New() => new(new List<ChatMessage>(), new ChatOptions());

    public static List<ChatMessage> Turns(this ChatRequest request) => (List<ChatMessage>)request.Messages;

    public static AdditionalPropertiesDictionary Extra(this ChatRequest request) => request.Options.AdditionalProperties ??= [];
}
