namespace Conductor.Settings;

/// <summary>One entry of `aliases:`</summary>
public sealed record AliasSettings
{
    public IReadOnlyList<AliasTargetSettings> Targets { get; init; } = [];

    /// <summary>The strategy's name; `ordered` = as written.</summary>
    public string Strategy { get; init; } = "ordered";

    /// <summary>Aliases or provider/model tried after all targets.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = [];
}
