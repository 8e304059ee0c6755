namespace Conductor.PluginLoading;

/// <summary>What was read from one assembly file.</summary>
/// <param name="Manifest">The manifest of a plugin; null for any other assembly.</param>
/// <param name="References">The assemblies that it was compiled against.</param>
internal sealed record PluginImage(PluginManifest? Manifest, IReadOnlyList<AssemblyReferenceName> References);

/// <summary>A reference of one assembly to another.</summary>
internal readonly record struct AssemblyReferenceName(string Name, Version Version);
