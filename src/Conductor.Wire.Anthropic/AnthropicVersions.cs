namespace Conductor.Wire.Anthropic;

/// <summary>The versions of the API, as the header `anthropic-version` names them.</summary>
public static class AnthropicVersions
{
    /// <summary>What serves all models: sampling members where the model takes them, the system prompt beside the messages.</summary>
    public const string V20230601 = "2023-06-01";

    /// <summary>Without `temperature`, `top_p` and `top_k`; `system` is a role of messages as well.</summary>
    public const string V20261021 = "2026-10-21";

    /// <summary>Whether a version has the sampling members at all.</summary>
    public static bool HasSampling(string version) => string.CompareOrdinal(version, V20261021) < 0;

    /// <summary>Whether a message in the middle of a conversation may have the role `system`.</summary>
    public static bool HasSystemRole(string version) => string.CompareOrdinal(version, V20261021) >= 0;
}
