namespace Conductor.Configuration;

/// <summary>The configuration cannot be used. The message lists every mistake.</summary>
public sealed class SettingsException(IReadOnlyList<SettingsProblem> problems)
    : Exception($"The configuration has {problems.Count} {(problems.Count == 1 ? "mistake" : "mistakes")}:{string.Concat(problems.Select(problem => $"\n  {problem}"))}")
{
    public IReadOnlyList<SettingsProblem> Problems { get; } = problems;
}
