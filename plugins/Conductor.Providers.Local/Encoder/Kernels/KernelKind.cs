using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Conductor.Providers.Local.Encoder.Kernels;

/// <summary>Ways of multiplying; all give the same vectors within a cosine of .999.</summary>
internal enum KernelKind
{
    /// <summary>Numbers of the processor's vector width, whatever it is: every processor.</summary>
    Portable,

    /// <summary>32-bit numbers, eight at once, with fused multiply-add: x64 since 2013.</summary>
    Float256,

    /// <summary>32-bit numbers, sixteen at once: x64 with AVX-512.</summary>
    Float512,

    /// <summary>8-bit numbers against 8-bit weights: x64 with AVX-VNNI.</summary>
    Int8,
}

internal static class KernelKinds
{
    public static bool IsSupported(KernelKind kind) => kind switch
    {
        KernelKind.Portable => true,
        KernelKind.Float256 => Vector256.IsHardwareAccelerated && Fma.IsSupported,
        KernelKind.Float512 => Vector512.IsHardwareAccelerated && Avx512F.IsSupported,
        KernelKind.Int8 => AvxVnni.IsSupported,
        _ => false,
    };

    /// <summary>The fastest that this processor has.</summary>
    public static KernelKind Best => IsSupported(KernelKind.Int8) ? KernelKind.Int8 : BestFloat(KernelKind.Int8);

    /// <summary>The kernel for products of 32-bit numbers beside one for weights: the same, or the fastest there is beside 8-bit weights.</summary>
    public static KernelKind BestFloat(KernelKind weights) =>
        weights != KernelKind.Int8 ? weights
        : IsSupported(KernelKind.Float512) ? KernelKind.Float512
        : IsSupported(KernelKind.Float256) ? KernelKind.Float256 : KernelKind.Portable;
}
