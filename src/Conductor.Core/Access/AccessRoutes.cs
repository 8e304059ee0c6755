namespace Conductor.Access;

/// <summary>Names of what the addresses do, whatever the dialect. `routes` of a key lists those that it may use.</summary>
public static class AccessRoutes
{
    /// <summary>Chats and completions, in every dialect.</summary>
    public const string Chat = "chat";

    /// <summary>OpenAI's Responses: asking, and the kept answers.</summary>
    public const string Responses = "responses";

    /// <summary>Vectors, in every dialect.</summary>
    public const string Embeddings = "embeddings";

    /// <summary>Counting the tokens of a chat.</summary>
    public const string CountTokens = "count_tokens";

    /// <summary>All operations; `operations/NAME` is one of them.</summary>
    public const string Operations = "operations";

    /// <summary>Lists of models.</summary>
    public const string Models = "models";

    /// <summary>What a call would cost.</summary>
    public const string Estimate = "estimate";

    /// <summary>What was used, and what became of a request.</summary>
    public const string Usage = "usage";

    /// <summary>How the machine is, and its plugins.</summary>
    public const string Status = "status";

    /// <summary>Figures for Prometheus.</summary>
    public const string Metrics = "metrics";

    /// <summary>Everything below `/admin`.</summary>
    public const string Admin = "admin";

    /// <summary>Every name but those of single operations.</summary>
    public static IReadOnlyList<string> All { get; } = [Chat, Responses, Embeddings, CountTokens, Operations, Models, Estimate, Usage, Status, Metrics, Admin];

    /// <summary>Whether a list of routes lets one through. An empty list is no list.</summary>
    /// <param name="allowed">A key's routes.</param>
    /// <param name="route">One of the names here.</param>
    /// <param name="operation">For <see cref="Operations"/>, which one; null = none in particular, as for their list.</param>
    public static bool Allow(IReadOnlyList<string> allowed, string route, string? operation = null)
    {
        ArgumentNullException.ThrowIfNull(allowed);
        if (allowed.Count == 0)
        {
            return true;
        }

        foreach (var one in allowed)
        {
            if (one == route || (route == Operations && one.StartsWith("operations/", StringComparison.Ordinal) && (operation is null || one.AsSpan("operations/".Length).SequenceEqual(operation))))
            {
                return true;
            }
        }

        return false;
    }
}
