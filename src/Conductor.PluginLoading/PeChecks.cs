using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;

namespace Conductor.PluginLoading;

/// <summary>What an image's headers say about whether this process can load it.</summary>
internal static class PeChecks
{
    /// <exception cref="PluginRejectedException">The image is cut short or was built for another processor.</exception>
    public static void RequireLoadable(PEHeaders headers, long fileLength, string file)
    {
        foreach (var section in headers.SectionHeaders)
        {
            if ((long)section.PointerToRawData + section.SizeOfRawData > fileLength)
            {
                throw new PluginRejectedException($"'{file}' is cut short ({fileLength} bytes); wait until it is copied whole, or copy it again.");
            }
        }

        var own = OwnMachine();
        var machine = headers.CoffHeader.Machine;
        var flags = headers.CorHeader?.Flags ?? 0;
        var isAnyCpu = machine == Machine.I386 && flags.HasFlag(CorFlags.ILOnly) && !flags.HasFlag(CorFlags.Requires32Bit);
        if (!isAnyCpu && machine != own && (Machine)((ushort)machine ^ SystemMask()) != own)
        {
            throw new PluginRejectedException(
                $"'{file}' is built for another processor or system ({machine}); this process is {own}. Build it as AnyCPU, which is the default.");
        }
    }

    private static Machine OwnMachine() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => Machine.Amd64,
        Architecture.Arm64 => Machine.Arm64,
        Architecture.X86 => Machine.I386,
        Architecture.Arm => Machine.ArmThumb2,
        Architecture.RiscV64 => Machine.RiscV64,
        Architecture.LoongArch64 => Machine.LoongArch64,
        _ => Machine.Unknown,
    };

    // ReadyToRun images carry their processor xor their system (the runtime's docs/design/coreclr/botr/readytorun-format.md); Windows is 0.
    private static ushort SystemMask()
    {
        if (OperatingSystem.IsLinux())
        {
            return 0x7B79;
        }

        return OperatingSystem.IsMacOS() ? (ushort)0x4644 : (ushort)0;
    }
}
