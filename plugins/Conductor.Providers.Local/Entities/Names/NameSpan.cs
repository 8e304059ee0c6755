namespace Conductor.Providers.Local.Entities;

/// <summary>Capitalised words in a row that may be a name.</summary>
/// <param name="First">The first token.</param>
/// <param name="End">The token after the last.</param>
/// <param name="HasTitle">Whether a title ("Dr.") stands in front.</param>
internal readonly record struct NameSpan(int First, int End, bool HasTitle);
