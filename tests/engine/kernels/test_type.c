#include "tests/engine/kernels/data.h"

Test(type, every_f16_survives_the_way_to_f32_and_back)
{
    for (uint32_t half = 0; half < 0x10000; half++) {
        const float value = pe_f32_from_f16((uint16_t)half);
        if (isnan(value))
            cr_expect((half & 0x7fff) > 0x7c00);
        else
            cr_expect_eq(pe_f16_from_f32(value), half, "%04x", half);
    }
}

Test(type, f16_has_the_values_of_the_standard)
{
    cr_expect_eq(pe_f32_from_f16(0x3c00), 1.0f);
    cr_expect_eq(pe_f32_from_f16(0xc000), -2.0f);
    cr_expect_eq(pe_f32_from_f16(0x7bff), 65504.0f);
    cr_expect_eq(pe_f32_from_f16(0x0001), 0x1p-24f);
    cr_expect_eq(pe_f32_from_f16(0x7c00), INFINITY);
}

Test(type, conversion_to_16_bits_rounds_ties_to_even)
{
    cr_expect_eq(pe_f16_from_f32(1 + 0x1p-11f), 0x3c00);
    cr_expect_eq(pe_f16_from_f32(1 + 0x3p-11f), 0x3c02);
    cr_expect_eq(pe_f16_from_f32(65519.99f), 0x7bff);
    cr_expect_eq(pe_f16_from_f32(65520.0f), 0x7c00);
    cr_expect_eq(pe_f16_from_f32(0x1p-25f), 0);
    cr_expect_eq(pe_bf16_from_f32(1 + 0x1p-8f), 0x3f80);
    cr_expect_eq(pe_bf16_from_f32(1 + 0x3p-8f), 0x3f82);
    cr_expect_eq(pe_f32_from_bf16(pe_bf16_from_f32(-INFINITY)), -INFINITY);
    cr_expect(isnan(pe_f32_from_bf16(pe_bf16_from_f32(NAN))));
    cr_expect(isnan(pe_f32_from_f16(pe_f16_from_f32(NAN))));
}

Test(type, q8_0_rows_are_whole_blocks_of_34_bytes)
{
    cr_expect_eq(pe_type_row_bytes(PE_TYPE_Q8_0, 64), 68);
    cr_expect_eq(pe_type_row_bytes(PE_TYPE_Q8_0, 63), 0);
    cr_expect_eq(pe_type_row_bytes(PE_TYPE_F16, 63), 126);
    cr_expect_eq(pe_type_row_bytes((PeType)2, 64), 0);
    cr_expect_null(pe_type_name((PeType)2));
}

Test(type, q8_0_is_within_half_a_step)
{
    float *values = random_values(1, 320), back[320];
    PeBlockQ8_0 blocks[10];
    pe_row_write(PE_TYPE_Q8_0, values, 320, blocks);
    pe_row_read(PE_TYPE_Q8_0, blocks, 320, back);
    // Half a step, and the rounding of the scale to F16 over up to 127 steps.
    for (size_t i = 0; i < 320; i++)
        cr_expect_float_eq(back[i], values[i], 0.5 / 127 + 0x1p-11);
    free(values);
}
