using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>Keys of what only this dialect has.</summary>
internal static class GeminiKeys
{
    public const string Dialect = "gemini";

    /// <summary>The maker of signatures, for <see cref="ChatKeys.SignatureMaker"/>.</summary>
    public const string Maker = "gemini";

    /// <summary>On a content of a kind that the types lack: the whole part.</summary>
    public const string Part = "gemini:part";

    /// <summary>On a tool that is no function: the whole tool.</summary>
    public const string Tool = "gemini:tool";

    /// <summary>On a function call and its result: <c>bool</c>, the id is ours and did not stand in the request.</summary>
    public const string MintedId = "conductor.gemini_minted_id";

    /// <summary>On an address: <c>bool</c>, its caller gave it in this dialect, for Google to read.</summary>
    public const string SaidFile = "conductor.gemini_file";

    // What a path may begin with; all else stands at the top of its object.
    public const string ConfigPath = "generationConfig.";
    public const string ToolConfigPath = "toolConfig.";
    public const string CallingPath = "toolConfig.functionCallingConfig.";
    public const string PartPath = "part.";
    public const string CandidatePath = "candidate.";
    public const string ResponsePath = "functionResponse.";

    /// <summary>What is kept of this dialect beside a thing, by path.</summary>
    public static IEnumerable<(string Path, object? Value)> Kept(AdditionalPropertiesDictionary? properties, string prefix)
    {
        foreach (var (key, value) in properties ?? [])
        {
            if (ChatKeys.TrySplit(key, out var dialect, out var path) && dialect == Dialect && path.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield return (path[prefix.Length..], value);
            }
        }
    }

    /// <summary>Keeps a member under its path.</summary>
    public static void Keep(AIContent content, string path, object? value) => (content.AdditionalProperties ??= [])[ChatKeys.Of(Dialect, path)] = value;
}
